package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftEffect.HandOverWanted;

/**
 * Whether a leader would better give way: to a healthier voter, or to one that is preferred among equally healthy ones. It takes a
 * while of being so, and a while since the last change, so that leadership does not go back and forth.
 */
final class Preference {
    /** Of the election time-out: for how long another must have been healthier, or preferred. */
    private static final int HEALTHIER_FOR = 1;

    private static final int PREFERRED_FOR = 10;
    /** Of the election time-out: how long a leader leads, unless it is down. */
    private static final int LEADS_FOR = 30;

    private static final int LEADS_FOR_WHEN_DOWN = 3;

    private final RaftState s;
    private final Replicator replicator;
    private long calmUntilNanos;
    private long calmUntilWhenDownNanos;
    private String better = "";
    private long betterSinceNanos;

    Preference(RaftState state, Replicator replicator) {
        this.s = state;
        this.replicator = replicator;
    }

    /** This node leads from now on. */
    void begin() {
        better = "";
        calm();
    }

    private void calm() {
        calmUntilNanos = s.now + LEADS_FOR * s.config.electionTimeoutNanos();
        calmUntilWhenDownNanos = s.now + LEADS_FOR_WHEN_DOWN * s.config.electionTimeoutNanos();
    }

    /** With every round of heartbeats. */
    void look() {
        String best = best();
        if (!best.equals(better)) {
            better = best;
            betterSinceNanos = s.now;
        }
        if (best.isEmpty()) {
            return;
        }
        boolean healthier = replicator.fitness(best).healthierThan(s.fitness);
        long since = (healthier ? HEALTHIER_FOR : PREFERRED_FOR) * s.config.electionTimeoutNanos();
        long calmUntil = s.fitness.health() == Fitness.DOWN ? calmUntilWhenDownNanos : calmUntilNanos;
        if (s.now - betterSinceNanos >= since && s.now - calmUntil >= 0) {
            calm();
            s.effects.add(new HandOverWanted(
                    Voter.nodeOf(best), Voter.nodeOf(best) + (healthier ? " is healthier" : " has a higher priority")));
        }
    }

    private String best() {
        String best = "";
        Fitness fitness = s.fitness;
        for (String id : s.members.otherVoters()) {
            if (replicator.fitness(id).fitterThan(fitness) && replicator.hasCaughtUp(id)) {
                best = id;
                fitness = replicator.fitness(id);
            }
        }
        return best;
    }
}
