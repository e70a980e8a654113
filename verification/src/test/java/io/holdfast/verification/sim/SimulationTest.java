package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Whole clusters by seed: always the same ones, so that a build that failed fails again; with {@code -Dholdfast.sim.fresh=N} N new
 * ones, too. Thousands of new ones are for {@code verification/simulate.sh}.
 */
@Execution(ExecutionMode.CONCURRENT)
class SimulationTest {
    private static final int FIXED = Integer.getInteger("holdfast.sim.fixed", 32);
    private static final int FRESH = Integer.getInteger("holdfast.sim.fresh", 0);

    @Test
    void seedsShowNoViolation() {
        run(1, FIXED);
        if (FRESH > 0) {
            run(fresh(), FRESH);
        }
    }

    /** The old disk of a vote that is just exchanged is gone, the second of three doubts its own log: an operator decides. */
    @Test
    void twoDisksOfThreeInDoubtAwaitTheirOperator() {
        run(3_245_880_707L, 1);
    }

    /** Among them those that once showed a bug: a node that was taken in by an entry that was lost. */
    @Test
    void votersThatChangeInTheStormShowNoViolation() {
        long fresh = fresh();
        List<Long> seeds = new ArrayList<>(List.of(5039L, 5090L, 5291L, 10762L));
        LongStream.range(1, 1 + FIXED / 4).forEach(seeds::add);
        LongStream.range(fresh, fresh + FRESH / 6).forEach(seeds::add);
        int changes = 0;
        for (long seed : seeds) {
            SeedRun.Result result = SeedRun.runWithChangingVoters(seed);
            assertEquals(
                    List.of(), result.problems(), "replay: verification/simulate.sh --seeds 1 --shape --from " + seed);
            changes += result.changes();
        }
        assertTrue(changes > 0, "a run in which nobody's vote changes shows nothing");
    }

    /** Among them one that once showed a bug: a master that was started anew did not know of a death that it had not seen. */
    @Test
    void wholeNodesShowNoViolation() {
        long fresh = fresh();
        List<Long> seeds = new ArrayList<>(List.of(1L, 2L, 3L, 4L));
        LongStream.range(fresh, fresh + FRESH / 12).forEach(seeds::add);
        int changes = 0;
        for (long seed : seeds) {
            ClusterRun.Result result = ClusterRun.run(seed);
            assertEquals(
                    List.of(),
                    result.storm().problems(),
                    "replay: verification/simulate.sh --cluster --seeds 1 --from " + seed);
            changes += result.storm().changes() + result.replaced();
        }
        assertTrue(changes > 0, "a run in which nobody's vote changes shows nothing");
    }

    @Test
    void upgradesShowNoViolation() {
        long fresh = fresh();
        List<Long> seeds = new ArrayList<>();
        LongStream.range(1, 1 + FIXED / 4).forEach(seeds::add);
        LongStream.range(fresh, fresh + FRESH / 6).forEach(seeds::add);
        int written = 0;
        int refusals = 0;
        int wentBack = 0;
        for (long seed : seeds) {
            UpgradeRun.Result result = UpgradeRun.run(seed);
            assertEquals(
                    List.of(),
                    result.storm().problems(),
                    "replay: verification/simulate.sh --seeds 1 --upgrade --from " + seed);
            written += result.written();
            refusals += result.refusals();
            wentBack += result.wentBack();
        }
        assertTrue(
                written > 0 && refusals > 0 && wentBack > 0,
                written + " entries of the later release, " + refusals + " refusals, " + wentBack + " times back");
    }

    private static long fresh() {
        return System.nanoTime() & 0xffff_ffffL;
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
