package io.holdfast.autoscale;

import java.util.List;

/**
 * How many nodes there should be: a pure function of the load's history. Of several policies the largest wish counts.
 *
 * <p>The same view gives the same wish: it looks at no clock and keeps nothing. Whatever a policy throws counts as {@link
 * Wish.Kind#UNKNOWN}, with the exception as its reason.
 */
@FunctionalInterface
public interface ScalingPolicy {
    /** What it would have. */
    Wish wish(ScalingView view);

    /**
     * Several as one, whose wish is the largest of theirs. If one of them cannot tell, that wish is so large as not to take nodes away.
     */
    static ScalingPolicy largest(ScalingPolicy... policies) {
        return new Largest(List.of(policies));
    }
}
