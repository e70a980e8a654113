package io.holdfast.replication.raft;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a leader knows of one follower's log, and what is on its way there. (thesis, 10.2.1, and 3.5) */
final class Progress {
    private record Inflight(long lastIndex, long bytes) {}

    private final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    private long inflightBytes;

    /** Known to be on the follower's disk and equal to ours. */
    long match;
    /** The first index to send next; always the first of a batch. */
    long next;
    /** True while it is unknown where the logs match: one append at a time. False: a pipeline. */
    boolean probing = true;
    /** When the probe on its way was sent; meaningless if none is. */
    long probeSentNanos;

    boolean probeOutstanding;
    /** The snapshot that it is fetching or should fetch; null if its next entry is in the log. */
    @Nullable
    SnapshotMark offered;
    /** After a snapshot could not be read: not at once, and again at once. */
    long offersPausedUntilNanos;
    /** When the follower last answered anything in this term. */
    long heardNanos;
    /** What it last said of itself. */
    Fitness fitness = Fitness.PLAIN;
    /** The highest level of the log that it supports, as it last said; 0 while it has not since it was reached last. */
    int level;
    /** When the pipeline last moved. */
    long movedNanos;
    /** The latest heartbeat round it answered. */
    long round;
    /** The latest round it answered with a promise. */
    long promisedRound;

    Progress(long next, long now) {
        this.next = next;
        this.heardNanos = now;
        this.movedNanos = now;
        this.offersPausedUntilNanos = now;
    }

    void probe(long from) {
        probing = true;
        probeOutstanding = false;
        next = from;
        inflight.clear();
        inflightBytes = 0;
    }

    void sent(long lastIndex, long bytes, long now) {
        if (inflight.isEmpty()) {
            movedNanos = now;
        }
        inflight.add(new Inflight(lastIndex, bytes));
        inflightBytes += bytes;
        next = lastIndex + 1;
    }

    /** Takes an answer into account. */
    void accepted(long received, long durable, long now) {
        match = Math.max(match, durable);
        movedNanos = now;
        // An answer that says less than the probe asked for is no answer to it.
        if (probing && received >= next - 1) {
            probing = false;
            probeOutstanding = false;
            inflight.clear();
            inflightBytes = 0;
            next = received + 1;
        }
        // What is received but not yet forced stays in flight: a slave with a slow disk is held back, too.
        while (!inflight.isEmpty() && inflight.peek().lastIndex() <= durable) {
            inflightBytes -= inflight.remove().bytes();
        }
    }

    boolean hasRoom(long maxBytes) {
        return inflightBytes == 0 || inflightBytes < maxBytes;
    }

    boolean idle() {
        return inflight.isEmpty();
    }
}
