package io.holdfast.replication.raft;

import java.util.ArrayDeque;

/**
 * The leader's right to answer reads without asking anybody: Ongaro's thesis, 6.4.1, made safe against elections that begin
 * before a time-out. Each voter that answers a heartbeat promises the leader to tell, for some time, whoever it votes for how
 * much of the promise is left, and a winner commits nothing before the longest of those has passed. The lease counts from the
 * <em>sending</em> of a heartbeat that a majority has answered, and is shorter than the promise by as much as clocks may differ
 * in their rates.
 */
final class Lease {
    private record Sent(long round, long nanos) {}

    private final RaftState s;
    private final ArrayDeque<Sent> rounds = new ArrayDeque<>();
    private boolean held;
    private long untilNanos;

    Lease(RaftState state) {
        this.s = state;
    }

    /** This node has just been elected. */
    void begin() {
        rounds.clear();
        held = false;
    }

    /** A round of heartbeats leaves now. */
    void sent(long round) {
        if (s.config.leaseNanos() > 0) {
            while (!rounds.isEmpty() && s.now - rounds.peek().nanos() >= s.config.leaseNanos()) {
                rounds.remove(); // whoever answers it now says nothing of any use
            }
            rounds.add(new Sent(round, s.now));
        }
    }

    /** A majority has answered that round or a later one, each with its promise. */
    void promised(long round) {
        while (!rounds.isEmpty() && rounds.peek().round() <= round) {
            untilNanos = rounds.remove().nanos() + s.config.leaseNanos();
            held = true;
        }
    }

    boolean isValid() {
        return held && s.now - untilNanos < 0;
    }
}
