package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftEffect.MasterExtended;
import io.holdfast.replication.raft.RaftEffect.MasterGranted;
import java.util.ArrayDeque;

/**
 * The leader's right to act as the only master, and where that is wanted to answer reads, without asking anybody: Ongaro's
 * thesis, 6.4.1, made safe against elections that begin before a time-out. Each voter that answers a heartbeat promises the
 * leader to tell, for some time, whoever it votes for how much of the promise is left; a winner commits nothing before the
 * longest of those has passed where leases answer reads, and acts as master when what an earlier one may take to stop has passed,
 * too. The lease counts from the <em>sending</em> of a heartbeat that a majority has answered, and is shorter than the promise by
 * as much as clocks may differ in their rates.
 */
final class Lease {
    private record Sent(long round, long nanos) {}

    private final RaftState s;
    private final ArrayDeque<Sent> rounds = new ArrayDeque<>();
    private boolean held;
    private long untilNanos;
    private long grantFromNanos;
    private boolean granted;
    private long toldUntilNanos;
    /** Given up for the rest of the term. */
    private boolean surrendered;

    Lease(RaftState state) {
        this.s = state;
    }

    /** This node has just been elected, and another may act as master until then. */
    void begin(long otherUntilNanos) {
        rounds.clear();
        held = false;
        granted = false;
        surrendered = false;
        grantFromNanos = Math.max(otherUntilNanos - s.now, 0) + s.now;
    }

    /** A round of heartbeats leaves now. */
    void sent(long round) {
        if (s.config.leaseNanos() > 0) {
            while (!rounds.isEmpty() && s.now - rounds.peek().nanos() >= s.config.leaseNanos()) {
                rounds.remove(); // whoever answers it now says nothing of any use
            }
            Sent last = rounds.peekLast();
            if (last == null || s.now - last.nanos() >= s.config.heartbeatNanos() / 8) { // reads ask for many rounds
                rounds.add(new Sent(round, s.now));
            }
        }
    }

    /** A majority has answered that round or a later one, each with its promise. */
    void promised(long round) {
        while (!rounds.isEmpty() && rounds.peek().round() <= round) {
            untilNanos = rounds.remove().nanos() + s.config.leaseNanos();
            held = true;
        }
    }

    private boolean isValid() {
        return held && !surrendered && s.now - untilNanos < 0;
    }

    /** True if reads may be answered without asking. */
    boolean answersReads() {
        return s.config.leaseReads() && isValid();
    }

    /** Tells what has changed, at the end of a step. */
    void tell() {
        if (!isValid()) {
            return;
        }
        if (granted) {
            if (untilNanos != toldUntilNanos) {
                toldUntilNanos = untilNanos;
                s.effects.add(new MasterExtended(s.term, untilNanos));
            }
        } else if (s.now - grantFromNanos >= 0 && s.log.termAt(s.commit) == s.term) {
            granted = true;
            toldUntilNanos = untilNanos;
            s.effects.add(new MasterGranted(s.term, untilNanos));
        }
    }

    /** When {@link #tell} has something to say for no other reason than that time has passed. */
    long dueNanos(long otherwise) {
        boolean waits = !granted && held && s.now - grantFromNanos < 0 && grantFromNanos - otherwise < 0;
        return waits ? grantFromNanos : otherwise;
    }

    /** Ends it for the rest of the term. */
    void surrender() {
        surrendered = true;
    }

    /** For how long the next leader is not to act as master, if nobody does so here any more. */
    long waitLeftNanos() {
        return Math.max(0, grantFromNanos - s.now);
    }
}
