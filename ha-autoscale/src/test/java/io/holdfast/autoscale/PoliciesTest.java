package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Steps, queues, latencies and the largest of several. */
class PoliciesTest {
    private static final StepScaling STEPS =
            StepScaling.of(Load.CPU).above(0.7, 1).above(0.9, 3).below(0.3, 1).below(0.1, 2);

    private static int steps(LoadHistory history) {
        return STEPS.wish(Histories.view(history)).nodes();
    }

    @Test
    void theFurthestStepCounts() {
        assertEquals(5, steps(Histories.steady(Load.CPU, 0.75, 4, 10)));
        assertEquals(7, steps(Histories.steady(Load.CPU, 0.95, 4, 10)));
        assertEquals(4, steps(Histories.steady(Load.CPU, 0.5, 4, 10)));
        assertEquals(3, steps(Histories.steady(Load.CPU, 0.2, 4, 10)));
        assertEquals(2, steps(Histories.steady(Load.CPU, 0.05, 4, 10)));
        assertEquals(0, steps(Histories.steady(Load.CPU, 0.05, 1, 10)), "never below none");
    }

    @Test
    void aStepIsSustained() {
        LoadHistory up = Histories.means(Load.CPU, t -> t == 30 ? 0.5 : 0.8, 4, 10);
        assertEquals(4, steps(up), "one of the samples of the last half minute was lower");
        assertEquals(5, STEPS.sustained(Duration.ZERO).wish(Histories.view(up)).nodes());
        assertThrows(IllegalArgumentException.class, () -> STEPS.sustained(Duration.ofHours(1)));
    }

    @Test
    void stepsOutAreNotAddedToThoseOnTheirWay() {
        assertEquals(7, STEPS.wish(Histories.one(7, 4, 3, Load.CPU, 4, 0.95)).nodes());
        assertEquals(
                6, STEPS.wish(Histories.one(6, 4, 2, Load.CPU, 4, 0.75)).nodes(), "the smaller step is on its way");
    }

    @Test
    void noStepInWhileAnyIsMissingOrOnItsWay() {
        assertEquals(4, STEPS.wish(Histories.one(4, 4, 0, Load.CPU, 3, 0.2)).nodes());
        assertEquals(5, STEPS.wish(Histories.one(5, 4, 1, Load.CPU, 4, 0.2)).nodes());
        assertEquals(
                4, STEPS.wish(Histories.one(4, 4, 0, Load.CPU, 2, 0.95)).nodes(), "nothing of half of them is 0.48");
        assertEquals(
                Wish.Kind.UNKNOWN,
                STEPS.wish(Histories.one(4, 4, 0, Load.CPU, 0, 0)).kind());
    }

    @Test
    void aQueueIsDivided() {
        QueueLength queue = QueueLength.of("jobs", 10);
        assertEquals(5, queue.wish(Histories.one(2, 2, 0, "jobs", 1, 41)).nodes());
        assertEquals(0, queue.wish(Histories.one(2, 2, 0, "jobs", 1, 0)).nodes());
        assertEquals(
                Wish.Kind.UNKNOWN,
                queue.wish(Histories.one(2, 2, 0, "jobs", 0, 0)).kind());
        assertThrows(IllegalArgumentException.class, () -> QueueLength.of("jobs", 0));
    }

    @Test
    void aQueueThatGrowsIsForeseen() {
        LoadHistory growing = Histories.means("jobs", t -> t < 300 ? 10 : 10 + 0.2 * (t - 300), 1, 79);
        QueueLength queue = QueueLength.of("jobs", 10);
        Wish wish = queue.wish(Histories.view(growing));
        assertTrue(wish.nodes() >= 4 && wish.nodes() <= 6, "28 wait, and 13 more will in 65 s: " + wish);
    }

    @Test
    void anOldLengthTakesNoNodeAway() {
        LoadHistory history =
                Histories.and(Histories.steady("jobs", 1, 6, 30), Histories.snapshot(30, 6, 6, 0, "jobs", 0, 0));
        assertEquals(6, QueueLength.of("jobs", 10).wish(Histories.view(history)).nodes());
    }

    @Test
    void latencyAboveItsTargetAsksInProportion() {
        LatencyTarget latency = LatencyTarget.of("p95", Duration.ofMillis(200));
        assertEquals(5, latency.wish(Histories.one(4, 4, 0, "p95", 4, 0.25)).nodes());
        assertEquals(6, latency.wish(Histories.one(4, 4, 0, "p95", 4, 5)).nodes(), "half as many again at most");
        assertEquals(6, latency.wish(Histories.one(6, 4, 2, "p95", 4, 5)).nodes(), "and not again while they come");
        assertEquals(4, latency.wish(Histories.one(4, 4, 0, "p95", 4, 0.21)).nodes(), "within tolerance");
        assertEquals(
                5,
                latency.tolerance(0)
                        .wish(Histories.one(4, 4, 0, "p95", 4, 0.21))
                        .nodes());
    }

    @Test
    void latencyFarBelowItsTargetTriesFewer() {
        LatencyTarget latency = LatencyTarget.of("p95", Duration.ofMillis(200));
        assertEquals(3, latency.wish(Histories.one(4, 4, 0, "p95", 4, 0.05)).nodes());
        assertEquals(36, latency.wish(Histories.one(40, 40, 0, "p95", 40, 0.05)).nodes());
        assertEquals(4, latency.wish(Histories.one(4, 4, 0, "p95", 4, 0.15)).nodes());
        assertEquals(4, latency.wish(Histories.one(4, 4, 0, "p95", 3, 0.05)).nodes(), "one tells nothing");
        assertEquals(5, latency.wish(Histories.one(5, 4, 1, "p95", 4, 0.05)).nodes(), "one is on its way");
        assertEquals(
                Wish.Kind.UNKNOWN,
                latency.wish(Histories.one(4, 4, 0, "p95", 0, 0)).kind());
    }

    @Test
    void theLargestOfNoneIsNone() {
        ScalingPolicy none = view -> Wish.none("none", "no time of it");
        ScalingPolicy two = view -> Wish.nodes("two", 2, "so");
        ScalingView view = Histories.one(4, 4, 0, Load.CPU, 4, 0.5);
        assertEquals(
                Wish.Kind.NONE, ScalingPolicy.largest(none, none).wish(view).kind());
        assertEquals(2, ScalingPolicy.largest(none, two).wish(view).nodes());
        assertThrows(IllegalArgumentException.class, ScalingPolicy::largest);
    }
}
