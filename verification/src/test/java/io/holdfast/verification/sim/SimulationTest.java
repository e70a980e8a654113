package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole clusters by seed: always the same ones, and each time some new ones. */
class SimulationTest {
    private static final int FIXED = Integer.getInteger("holdfast.sim.fixed", 60);
    private static final int FRESH = Integer.getInteger("holdfast.sim.fresh", 40);

    @Test
    void fixedSeedsShowNoViolation() {
        run(1, FIXED);
    }

    @Test
    void freshSeedsShowNoViolation() {
        run(System.nanoTime() & 0xffff_ffffL, FRESH);
    }

    private static void run(long from, int seeds) {
        int acknowledged = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            SeedRun.Result result = SeedRun.run(seed);
            assertEquals(List.of(), result.problems(), "replay: verification/simulate.sh --seeds 1 --from " + seed);
            acknowledged += result.acknowledged();
        }
        assertTrue(acknowledged > 0, "a run in which nothing is acknowledged shows nothing");
    }

    @Test
    void oneSeedIsOneRun() {
        SeedRun.Result first = SeedRun.run(7);
        SeedRun.Result second = SeedRun.run(7);
        assertEquals(first.trace(), second.trace());
        assertEquals(first.decided(), second.decided());
    }
}
