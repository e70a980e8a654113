package io.holdfast.replication.raft;

import java.util.ArrayDeque;

/**
 * Which rounds of heartbeats left within the last election time-out. Whoever has answered one of them was there then; an answer that
 * was long under way, or waited while this node stood still, is of an older one, and says only that somebody was there once.
 */
final class FreshRounds {
    private record Sent(long round, long nanos) {}

    private final RaftState s;
    private final ArrayDeque<Sent> rounds = new ArrayDeque<>();

    FreshRounds(RaftState state) {
        this.s = state;
    }

    /** This node has just been elected. */
    void begin() {
        rounds.clear();
    }

    /** A round leaves now. */
    void sent(long round) {
        forget();
        Sent last = rounds.peekLast();
        if (last == null || s.now - last.nanos() >= s.config.heartbeatNanos() / 8) { // reads ask for many rounds
            rounds.add(new Sent(round, s.now));
        }
    }

    private void forget() {
        while (!rounds.isEmpty() && s.now - rounds.peek().nanos() > s.config.electionTimeoutNanos()) {
            rounds.remove();
        }
    }

    /** True if that round, which somebody has answered, is one of them. */
    boolean contains(long answered) {
        forget();
        Sent oldest = rounds.peek();
        return oldest != null && answered >= oldest.round();
    }
}
