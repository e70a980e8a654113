package io.holdfast.autoscale.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.QueueLength;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.ScalingRate;
import io.holdfast.autoscale.StepScaling;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.autoscale.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every history, however wild. */
class SizingPropertyTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 150;
    private static final List<ScalingPolicy> POLICIES = List.of(
            TargetTracking.cpu(0.6),
            QueueLength.of("jobs", 5),
            StepScaling.of(Load.CPU).above(0.8, 3).below(0.2, 1));

    private static Metric metric(Random random, int ready, double scale) {
        int reported = random.nextInt(4) == 0 ? random.nextInt(ready + 1) : ready;
        double each = random.nextInt(20) == 0 ? scale * 1000 : scale * random.nextDouble();
        return reported == 0 ? Metric.NONE : new Metric(reported, reported * each, each);
    }

    private static LoadSnapshot snapshot(Random random, Instant at, int wanted) {
        int ready = random.nextInt(wanted + 1);
        return new LoadSnapshot(
                at,
                wanted,
                ready,
                random.nextBoolean() ? 0 : wanted - ready,
                Map.of(Load.CPU, metric(random, ready, 1), "jobs", metric(random, ready, 40)));
    }

    private static ScalingLimits limits(Random random) {
        return ScalingLimits.usual()
                .stabilization(Duration.ofSeconds(random.nextInt(60)), Duration.ofSeconds(random.nextInt(300)))
                .rate(
                        ScalingRate.larger(1 + random.nextInt(4), random.nextInt(150), Duration.ofSeconds(30)),
                        ScalingRate.smaller(1 + random.nextInt(4), random.nextInt(100), Duration.ofSeconds(60)))
                .coolDown(Duration.ofSeconds(random.nextInt(60)), Duration.ofSeconds(random.nextInt(120)));
    }

    @Test
    void boundsRatesAndTheRuleForUnknownHoldAlways() {
        for (int seed = 0; seed < SEEDS; seed++) {
            run(seed);
        }
    }

    private static void run(int seed) {
        Random random = new Random(seed);
        int min = random.nextInt(4);
        int max = min + 1 + random.nextInt(60);
        ScalingLimits limits = limits(random);
        Sizing sizing = new Sizing(new SizingConfig(POLICIES, min, max, limits));
        SizingMemory memory = SizingMemory.EMPTY;
        List<LoadSnapshot> history = new ArrayList<>();
        Instant at = Instant.parse("2026-03-02T10:00:00Z");
        int wanted = min + random.nextInt(max - min + 1);
        for (int step = 0; step < STEPS; step++) {
            at = at.plusSeconds(1 + random.nextInt(10));
            history.add(snapshot(random, at, wanted));
            LoadHistory seen = new LoadHistory(history.subList(Math.max(0, history.size() - 100), history.size()));
            SizingDecision decision = sizing.decide(seen, memory);
            String where = "seed " + seed + ", step " + step + ": " + decision.reason();
            assertEquals(decision, sizing.decide(seen, memory), "the same gives the same; " + where);
            int nodes = decision.nodes();
            assertTrue(nodes >= min && nodes <= max, where);
            boolean unknown = decision.wishes().stream().anyMatch(w -> w.kind() == Wish.Kind.UNKNOWN);
            assertTrue(!unknown || nodes >= wanted, where);
            assertTrue(nodes <= wanted + Math.max(limits.outRate().of(wanted), 1), where);
            assertTrue(nodes >= wanted - Math.max(limits.inRate().of(max), 1), where);
            int largest = decision.wishes().stream().mapToInt(Wish::nodes).max().orElse(0);
            assertTrue(nodes <= wanted || nodes <= Math.max(min, largest), "no more than is wished for; " + where);
            assertTrue(decision.next().recommendations().size() <= SizingMemory.MOST_RECOMMENDATIONS, where);
            memory = decision.next().changed(at, wanted, nodes);
            wanted = nodes;
        }
    }
}
