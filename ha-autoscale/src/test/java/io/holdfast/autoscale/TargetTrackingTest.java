package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TargetTrackingTest {
    private static final TargetTracking CPU = TargetTracking.cpu(0.6);

    @Test
    void aSingleWildSampleDoesNothing() {
        LoadHistory calm = Histories.steady(Load.CPU, 0.55, 10, 60);
        LoadHistory wild = Histories.and(calm, Histories.snapshot(60, 10, 10, 0, Load.CPU, 10, 0.78));
        assertEquals(10, CPU.wish(Histories.view(wild)).nodes());
    }

    @Test
    void aRiseIsForeseenForWhenANodeIsWarm() {
        // For five minutes 0.5, then up by 0.002 a second: 0.58 now, and 1.19 in the 305 s that a node takes from here.
        LoadHistory rising = Histories.means(Load.CPU, t -> t < 300 ? 0.5 : 0.5 + 0.002 * (t - 300), 20, 69);
        ScalingView slow = new ScalingView(rising, Duration.ofMinutes(5), 1, 1000);
        assertEquals(20, CPU.anticipation(0).wish(slow).nodes());
        Wish wish = CPU.wish(slow);
        assertTrue(wish.nodes() >= 28 && wish.nodes() <= 30, wish.reason());
        assertTrue(wish.reason().contains("if it rises on"), wish.reason());
        ScalingView quick = new ScalingView(rising, Duration.ofSeconds(10), 1, 1000);
        assertEquals(20, CPU.wish(quick).nodes(), "who starts quickly need not look far ahead");
    }

    @Test
    void howMuchIsForeseenIsBounded() {
        LoadHistory steep = Histories.means("requests", t -> t < 300 ? 10 : 10 + 0.5 * (t - 300), 10, 73);
        TargetTracking requests = TargetTracking.of("requests", 20);
        int free = requests.anticipation(10).wish(Histories.view(steep)).nodes();
        int bounded = requests.anticipation(0.5).wish(Histories.view(steep)).nodes();
        int none = requests.anticipation(0).wish(Histories.view(steep)).nodes();
        assertTrue(none < bounded && bounded < free, none + ", " + bounded + ", " + free);
    }

    @Test
    void noiseIsNotForeseen() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            double[] drift = new double[1];
            LoadHistory noisy = Histories.means(
                    Load.CPU,
                    t -> {
                        drift[0] = 0.85 * drift[0] + 0.53 * random.nextGaussian();
                        return 0.5 * (1 + 0.05 * drift[0]);
                    },
                    10,
                    120);
            Wish wish = CPU.wish(Histories.view(noisy));
            assertTrue(wish.nodes() <= 10, "seed " + seed + ": " + wish.reason());
        }
    }

    @Test
    void aFallIsNotForeseen() {
        LoadHistory falling = Histories.means(Load.CPU, t -> t < 300 ? 0.6 : 0.6 - 0.002 * (t - 300), 10, 85);
        Wish wish = CPU.wish(Histories.view(falling));
        assertTrue(wish.nodes() >= 6, "0.36 on 10 nodes, and would be 0.23 when a node is warm: " + wish.reason());
    }

    @Test
    void nodesThatBecomeReadyAreNoRise() {
        // Four nodes at 0.8 until eight more take their share, at once: the sum of the figures grows, and the load does
        // not.
        LoadHistory history = Histories.steady(Load.CPU, 0.8, 4, 60);
        for (int i = 60; i < 75; i++) {
            history = Histories.and(history, Histories.snapshot(i, 12, 12, 0, Load.CPU, 12, 0.5));
        }
        Wish wish = CPU.wish(Histories.view(history));
        assertEquals(10, wish.nodes(), wish.reason());
    }

    @Test
    void atItsCeilingCpuTellsLessThanTheDemand() {
        LoadHistory full =
                Histories.and(Histories.steady(Load.CPU, 0.6, 4, 40), Histories.snapshot(40, 4, 4, 0, Load.CPU, 4, 1));
        int first = CPU.wish(Histories.view(full)).nodes();
        for (int i = 41; i < 47; i++) {
            full = Histories.and(full, Histories.snapshot(i, 4, 4, 0, Load.CPU, 4, 1));
        }
        Wish lasting = CPU.wish(Histories.view(full));
        assertTrue(first < 10, "one sample is not enough to say so: " + first);
        assertTrue(
                lasting.nodes() >= 20 && lasting.nodes() <= 21,
                "three times what 4 nodes at 1.0 need: " + lasting.reason());
        assertEquals(
                7,
                TargetTracking.of(Load.CPU, 0.6)
                        .anticipation(0)
                        .wish(Histories.view(full))
                        .nodes(),
                "no ceiling is known");
    }

    @Test
    void afterAMinuteWithoutSamplesItCannotTell() {
        LoadHistory history = Histories.steady(Load.CPU, 0.9, 4, 30);
        int silent = 30;
        for (; silent < 42; silent++) {
            history = Histories.and(history, Histories.snapshot(silent, 4, 4, 0, Load.CPU, 0, 0));
            Wish wish = CPU.wish(Histories.view(history));
            assertEquals(Wish.Kind.NODES, wish.kind());
            assertTrue(wish.nodes() > 4, "what was told lately still asks for more: " + wish.reason());
        }
        history = Histories.and(history, Histories.snapshot(silent, 4, 4, 0, Load.CPU, 0, 0));
        assertEquals(Wish.Kind.UNKNOWN, CPU.wish(Histories.view(history)).kind());
    }

    @Test
    void oldSamplesTakeNoNodeAway() {
        LoadHistory history =
                Histories.and(Histories.steady(Load.CPU, 0.1, 6, 30), Histories.snapshot(30, 6, 6, 0, Load.CPU, 0, 0));
        assertEquals(6, CPU.wish(Histories.view(history)).nodes());
    }

    @Test
    void aTotalIsDividedWhoeverTellsIt() {
        TargetTracking total = TargetTracking.total("requests", 100);
        assertEquals(
                9,
                total.wish(Histories.one(4, 4, 0, "requests", 1, 830)).nodes(),
                "one node knows, and none is missing");
        assertEquals(2, total.wish(Histories.one(4, 4, 0, "requests", 1, 130)).nodes());
        assertEquals(3, total.wish(Histories.one(0, 0, 0, "requests", 1, 230)).nodes(), "from none");
    }

    @Test
    void withoutANodeNothingIsKnown() {
        ScalingView none = Histories.view(new LoadHistory(
                List.of(new LoadSnapshot(Histories.START, 0, 0, 0, Map.<String, LoadSnapshot.Metric>of()))));
        assertEquals(Wish.Kind.UNKNOWN, CPU.wish(none).kind());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> TargetTracking.cpu(0));
        assertThrows(IllegalArgumentException.class, () -> TargetTracking.cpu(0.95));
        assertThrows(IllegalArgumentException.class, () -> TargetTracking.of("x", Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> CPU.tolerance(-0.1, 0.1));
        assertThrows(IllegalArgumentException.class, () -> CPU.tolerance(0.1, 1));
        assertThrows(IllegalArgumentException.class, () -> CPU.anticipation(11));
        assertThrows(IllegalArgumentException.class, () -> CPU.saturates(0.5));
    }
}
