package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftMessage.VoteReply;

/**
 * What a voter owes to the leaders that it has answered: to tell whom it votes for for how long they may still hold their leases,
 * and for how long they may go on acting as master after that, by their own word: what each of them is set to is known to itself
 * alone. The longest {@code stopWithin} of those that may still act outlasts a restart, since a voter that has forgotten whom it
 * has heard reports a full promise, and has to add something to it.
 */
final class Promise {
    private final RaftConfig config;
    private boolean given;
    private long untilNanos;
    private long actsUntilNanos;
    /** To whom it was given last. */
    private long term;
    /** Until when those of earlier terms may act. */
    private boolean earlier;

    private long earlierActUntilNanos;
    /** The longest of those that may still act. */
    private long stopWithinNanos;

    /** @param savedStopWithinNanos what has outlasted a restart; negative if nothing has */
    Promise(RaftConfig config, long savedStopWithinNanos) {
        this.config = config;
        this.stopWithinNanos = savedStopWithinNanos < 0 ? config.stopWithinNanos() : savedStopWithinNanos;
    }

    /**
     * To the leader that is heard now.
     *
     * @param toldNanos its {@code stopWithin}; negative if it has not told
     * @return true if what outlasts a restart has changed
     */
    boolean give(long now, long ofTerm, long toldNanos) {
        if (config.leaseNanos() == 0) {
            return false;
        }
        if (given && ofTerm != term) {
            earlier = true;
            earlierActUntilNanos = actsUntilNanos;
        }
        term = ofTerm;
        long own = toldNanos < 0 ? config.stopWithinNanos() : toldNanos;
        untilNanos = now + config.promiseNanos();
        long acts = untilNanos + RaftConfig.stopNanos(own);
        actsUntilNanos = given ? Math.max(acts - actsUntilNanos, 0) + actsUntilNanos : acts;
        given = true;
        earlier = earlier && now - earlierActUntilNanos < 0;
        long longest = earlier ? Math.max(own, stopWithinNanos) : own;
        boolean changed = longest != stopWithinNanos;
        stopWithinNanos = longest;
        return changed;
    }

    /** To whoever was heard before a restart. */
    void giveAfterRestart(long now) {
        give(now, 0, stopWithinNanos);
    }

    /** How much is left of what was promised last; negative if that has ended. */
    long leftNanos(long now) {
        return given ? untilNanos - now : VoteReply.NO_PROMISE;
    }

    /** For how long one of those leaders may act as master; negative if that has ended. */
    long actsNanos(long now) {
        return given ? actsUntilNanos - now : VoteReply.NO_PROMISE;
    }

    /** What has to outlast a restart. */
    long stopWithinNanos() {
        return stopWithinNanos;
    }
}
