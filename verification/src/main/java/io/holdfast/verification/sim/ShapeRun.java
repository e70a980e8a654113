package io.holdfast.verification.sim;

import java.util.List;
import java.util.function.LongFunction;

/** One seed of a cluster that changes its voters in the storm: three of five nodes vote at first, and the others stand by. */
public final class ShapeRun implements LongFunction<String> {
    /** What is wrong with a seed, empty if nothing is. */
    @Override
    public String apply(long seed) {
        List<String> problems = SeedRun.runWithChangingVoters(seed).problems();
        return problems.isEmpty() ? "" : problems.get(0);
    }
}
