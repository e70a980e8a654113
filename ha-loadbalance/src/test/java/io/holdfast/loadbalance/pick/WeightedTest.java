package io.holdfast.loadbalance.pick;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WeightedTest {
    private static final int PICKS = 400_000;

    private static void assertShares(int[] weights, int[] picks) {
        double sum = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            double expected = PICKS * weights[i] / sum;
            assertEquals(
                    expected, picks[i], 6 * Math.sqrt(expected) + 1, "slot " + i + " of " + Arrays.toString(weights));
        }
    }

    @Test
    void randomIsEven() {
        int[] weights = {1, 1, 1, 1, 1};
        assertShares(weights, Slotting.picks(new RandomPicker(Slotting.even(5), Slotting.chance(1)), 5, PICKS));
    }

    @Test
    void weightedRandomIsByWeight() {
        for (int[] weights : new int[][] {{1}, {1, 1_000}, {3, 2, 1}, {7, 7, 7, 1, 100}}) {
            WeightedRandomPicker picker = new WeightedRandomPicker(Slotting.weighted(weights), Slotting.chance(2));
            assertShares(weights, Slotting.picks(picker, weights.length, PICKS));
        }
    }

    @Test
    void leastRequestsOfIdleOnesAreByWeight() {
        for (int[] weights : new int[][] {{1, 1, 1}, {4, 2, 1}}) {
            LeastRequestPicker picker = new LeastRequestPicker(Slotting.weighted(weights), Slotting.chance(3));
            assertShares(weights, Slotting.picks(picker, weights.length, PICKS));
        }
    }

    @Test
    void leastRequestsAvoidsTheBusyOne() {
        Slots slots = Slotting.even(3);
        for (int i = 0; i < 5; i++) {
            slots.stats[1].begin(100, 0);
        }
        LeastRequestPicker picker = new LeastRequestPicker(slots, Slotting.chance(4));
        assertEquals(0, Slotting.picks(picker, 3, 1_000)[1]);
    }

    @Test
    void aHeavierOneMayHaveMoreInFlight() {
        Slots slots = Slotting.weighted(1, 10);
        slots.stats[0].begin(100, 0);
        for (int i = 0; i < 5; i++) {
            slots.stats[1].begin(100, 0);
        }
        LeastRequestPicker picker = new LeastRequestPicker(slots, Slotting.chance(5));
        int[] picks = Slotting.picks(picker, 2, 1_000);
        assertEquals(true, picks[1] > 950, Arrays.toString(picks));
    }
}
