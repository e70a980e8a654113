package io.holdfast.replication.node;

import io.holdfast.replication.Autopilot;

/**
 * What the autopilot may do.
 *
 * @param mode whether it acts
 * @param replaceAfterNanos for how long a voter has to be dead, by membership and by replication, before it is replaced
 * @param voters how many are to vote, an odd number; 0 for as many as formed the cluster
 */
public record AutopilotSettings(Autopilot mode, long replaceAfterNanos, int voters) {
    private static final int FEWEST_THAT_SURVIVE_A_DEATH = 3;

    /**
     * How many are to vote.
     *
     * @param formed how many nodes bootstrap lists; 0 on a node that joined
     * @param seen the most voters that this node has seen
     */
    int target(int formed, int seen) {
        if (voters > 0) {
            return voters;
        }
        return formed > 0 ? odd(formed) : Math.max(FEWEST_THAT_SURVIVE_A_DEATH, odd(seen));
    }

    /** Four survive no more deaths than three. */
    private static int odd(int number) {
        return number % 2 == 0 ? Math.max(1, number - 1) : number;
    }
}
