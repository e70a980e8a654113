package io.holdfast.verification.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clusters that grow and shrink in storms, by seed: always the same ones; with {@code -Dholdfast.scaling.fresh=N} N new ones, too. */
@Execution(ExecutionMode.CONCURRENT)
class ScalingStormTest {
    private static final int FIXED = Integer.getInteger("holdfast.scaling.fixed", 8);
    /** Names given again, and an order that waited for the target: what they showed has unit tests of its own, too. */
    private static final List<Long> ONCE_BROKEN = List.of(1784L, 1789L);

    private static final int FRESH = Integer.getInteger("holdfast.scaling.fresh", 0);

    @Test
    void clustersThatGrowAndShrinkShowNoViolation() {
        long fresh = System.nanoTime() & 0xffff_ffffL;
        List<Long> seeds = new ArrayList<>();
        LongStream.rangeClosed(1, FIXED).forEach(seeds::add);
        seeds.addAll(ONCE_BROKEN);
        LongStream.range(fresh, fresh + FRESH).forEach(seeds::add);
        int started = 0;
        int stopped = 0;
        for (long seed : seeds) {
            ScalingRun.Result result = ScalingRun.run(seed);
            assertEquals(
                    List.of(),
                    result.problems(),
                    "replay: verification/simulate.sh --scaling --seeds 1 --from " + seed);
            started += result.started();
            stopped += result.stopped();
        }
        assertTrue(started > 0 && stopped > 0, "a run in which nobody comes and goes shows nothing");
    }

    @Test
    void oneSeedIsOneRun() {
        ScalingRun.Result once = ScalingRun.run(4);
        ScalingRun.Result again = ScalingRun.run(4);

        assertEquals(once, again);
    }
}
