package io.holdfast.loadbalance.route;

import io.holdfast.core.Health;

/**
 * An endpoint as the plan sees it.
 *
 * @param id its id
 * @param zone its zone; empty if unknown
 * @param weight its weight
 * @param priority 0 the first
 * @param health how it is
 * @param ejected whether it is out as an outlier
 * @param draining whether it is to get nothing new
 * @param started how much of slow start it has behind it, in tenths, 1 to 10
 */
public record Candidate(
        String id,
        String zone,
        int weight,
        int priority,
        Health health,
        boolean ejected,
        boolean draining,
        int started) {

    /** Whether it is there to be given requests. */
    public boolean isAvailable() {
        return !draining && !ejected && health != Health.DOWN;
    }
}
