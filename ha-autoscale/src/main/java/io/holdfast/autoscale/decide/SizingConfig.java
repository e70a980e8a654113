package io.holdfast.autoscale.decide;

import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import java.util.List;

/**
 * By what sizes are decided.
 *
 * @param policies whose largest wish counts; at least one
 * @param min how many nodes there are at least, from 0
 * @param max how many there are at most, not below {@code min} and at least 1
 * @param limits how fast, and how steadily, wishes are followed
 */
public record SizingConfig(List<ScalingPolicy> policies, int min, int max, ScalingLimits limits) {

    /** Checks the ranges. */
    public SizingConfig {
        policies = List.copyOf(policies);
        if (policies.isEmpty()) {
            throw new IllegalArgumentException("scaling needs at least one policy");
        }
        if (min < 0 || max < Math.max(1, min)) {
            throw new IllegalArgumentException(
                    "scaling is between a least and a most number of nodes, not between " + min + " and " + max);
        }
    }
}
