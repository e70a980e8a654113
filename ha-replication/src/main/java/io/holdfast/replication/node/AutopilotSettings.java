package io.holdfast.replication.node;

import io.holdfast.replication.Autopilot;

/**
 * What the autopilot may do.
 *
 * @param mode whether it acts
 * @param replaceAfterNanos for how long a voter has to be dead, by membership and by replication, before it is replaced
 * @param voters how many are to vote, an odd number; 0 for as many as people have decided last
 */
public record AutopilotSettings(Autopilot mode, long replaceAfterNanos, int voters) {
    /**
     * How many are to vote: four survive no more deaths than three.
     *
     * @param wanted how many are, by the log
     */
    int target(int wanted) {
        return voters > 0 ? voters : wanted - 1 + wanted % 2;
    }
}
