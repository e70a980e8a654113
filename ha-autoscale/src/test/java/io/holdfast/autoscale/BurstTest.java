package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The rules of Knative's autoscaler, stable and panic, on its concurrency. */
class BurstTest {
    private static final Burst BURST = Burst.of(TargetTracking.of(Load.IN_FLIGHT, 10));

    private static LoadHistory after(LoadHistory history, int samples, int wanted, double mean) {
        LoadHistory all = history;
        int from = history.snapshots().size();
        for (int i = 0; i < samples; i++) {
            all = Histories.and(all, Histories.snapshot(from + i, wanted, 2, wanted - 2, Load.IN_FLIGHT, 2, mean));
        }
        return all;
    }

    @Test
    void usuallyTheLongWindowDecides() {
        LoadHistory calm = Histories.steady(Load.IN_FLIGHT, 10, 2, 12);
        assertEquals(2, BURST.wish(Histories.view(after(calm, 1, 2, 14))).nodes(), "a sample a little higher");
    }

    @Test
    void atTwiceTheReadyNodesTheShortOneDoes() {
        LoadHistory calm = Histories.steady(Load.IN_FLIGHT, 10, 2, 12);
        Wish wish = BURST.wish(Histories.view(after(calm, 3, 2, 50)));
        assertEquals(10, wish.nodes(), wish.reason());
        assertTrue(wish.reason().startsWith("a burst"), wish.reason());
        assertEquals(
                2,
                BURST.threshold(20).wish(Histories.view(after(calm, 1, 2, 14))).nodes());
    }

    @Test
    void forAMinuteAfterwardsNoNodeIsTakenAway() {
        LoadHistory burst = after(Histories.steady(Load.IN_FLIGHT, 10, 2, 12), 3, 2, 50);
        for (int quiet = 1; quiet <= 12; quiet++) {
            int nodes = BURST.wish(Histories.view(after(burst, quiet, 10, 5))).nodes();
            assertEquals(10, nodes, "after " + quiet * Histories.EVERY_SECONDS + " s");
        }
        assertEquals(1, BURST.wish(Histories.view(after(burst, 26, 10, 5))).nodes());
    }

    @Test
    void whatThePolicyCannotTellNeitherCanIt() {
        assertEquals(
                Wish.Kind.UNKNOWN,
                BURST.wish(Histories.one(2, 2, 0, Load.IN_FLIGHT, 0, 0)).kind());
    }

    @Test
    void windowsAndThresholdHaveRanges() {
        assertThrows(
                IllegalArgumentException.class, () -> BURST.windows(Duration.ofSeconds(10), Duration.ofSeconds(10)));
        assertThrows(IllegalArgumentException.class, () -> BURST.windows(Duration.ofHours(1), Duration.ofSeconds(10)));
        assertThrows(IllegalArgumentException.class, () -> BURST.threshold(1));
    }
}
