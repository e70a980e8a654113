package io.holdfast.replication.snapshot;

import java.util.random.RandomGenerator;

/**
 * When a node takes a snapshot of its state. Deterministic; on the loop only.
 *
 * <p>By size: once the log since the last one is as long as that one, and as long as is set. Writing snapshots then costs the
 * disk at most what writing the log does, however large the state is. By age: also a short log is not kept for ever.
 */
public final class SnapshotPolicy {
    /** How long after a failure the next attempt is made. */
    private static final long RETRY_NANOS = 60_000_000_000L;

    private static final int EARLIEST_PERCENT = 25;

    private final long everyBytes;
    private final long everyNanos;
    private long lastBytes;
    private long sinceNanos;
    private long notBeforeNanos;
    private final RandomGenerator random;
    /** How much earlier than at the latest, in percent: all nodes count the same bytes, and must not all write at once. */
    private int early;

    /**
     * A policy.
     *
     * @param random decides how much earlier than at the latest each is taken
     * @param everyBytes of log
     * @param everyNanos if anything has been applied since
     * @param lastBytes length of the last snapshot, 0 if there is none
     */
    public SnapshotPolicy(long everyBytes, long everyNanos, long lastBytes, long nowNanos, RandomGenerator random) {
        this.everyBytes = everyBytes;
        this.everyNanos = everyNanos;
        this.lastBytes = lastBytes;
        this.sinceNanos = nowNanos;
        this.notBeforeNanos = nowNanos;
        this.random = random;
        this.early = random.nextInt(EARLIEST_PERCENT + 1);
    }

    /**
     * Whether it is time.
     *
     * @param appliedBytes how much of the log has been applied since the last snapshot
     */
    public boolean isDue(long nowNanos, long appliedBytes) {
        if (appliedBytes == 0 || nowNanos - notBeforeNanos < 0) {
            return false;
        }
        long bytes = Math.max(everyBytes, lastBytes);
        return appliedBytes >= bytes - bytes / 100 * early
                || nowNanos - sinceNanos >= everyNanos - everyNanos / 100 * early;
    }

    /** A snapshot of that length is there. */
    public void taken(long nowNanos, long bytes) {
        lastBytes = bytes;
        sinceNanos = nowNanos;
        early = random.nextInt(EARLIEST_PERCENT + 1);
    }

    /** An attempt failed: the disk is full, perhaps. */
    public void failed(long nowNanos) {
        notBeforeNanos = nowNanos + RETRY_NANOS;
    }
}
