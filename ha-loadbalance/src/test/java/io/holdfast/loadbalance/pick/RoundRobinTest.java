package io.holdfast.loadbalance.pick;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RoundRobinTest {

    @Test
    void eachThreadGoesRound() {
        Slots slots = Slotting.even(7);
        RoundRobinPicker picker = new RoundRobinPicker(slots, new Stripes(2, Slotting.chance(1)));
        int before = picker.pick(0);
        for (int i = 0; i < 100; i++) {
            int next = picker.pick(0);
            assertEquals((before + 1) % 7, next);
            before = next;
        }
    }

    @Test
    void nobodyIsPickedOfNone() {
        assertEquals(-1, new RoundRobinPicker(Slotting.even(0), new Stripes(2, Slotting.chance(1))).pick(0));
    }

    @Test
    void aChangeDoesNotBeginAnew() {
        Stripes stripes = new Stripes(1, Slotting.chance(3));
        int last = new RoundRobinPicker(Slotting.even(10), stripes).pick(0);
        assertEquals((last + 1) % 10, new RoundRobinPicker(Slotting.even(10), stripes).pick(0));
    }

    @Test
    void anyWindowIsExact() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 50; round++) {
            int[] weights = random.ints(1 + random.nextInt(12), 1, 40).toArray();
            Slots slots = Slotting.weighted(weights);
            SmoothWeightedPicker picker = new SmoothWeightedPicker(slots, random::nextLong);
            int window = picker.round();
            int divisor = Arrays.stream(weights).sum() / window;
            int[] order = new int[3 * window];
            for (int i = 0; i < order.length; i++) {
                order[i] = picker.pick(0);
            }
            for (int from = 0; from + window <= order.length; from++) {
                int[] counts = new int[weights.length];
                for (int i = from; i < from + window; i++) {
                    counts[order[i]]++;
                }
                for (int i = 0; i < weights.length; i++) {
                    assertEquals(weights[i] / divisor, counts[i], Arrays.toString(weights) + " from " + from);
                }
            }
        }
    }

    @Test
    void nobodyIsEverAWholePickFromItsShare() {
        SplittableRandom random = new SplittableRandom(6);
        for (int round = 0; round < 100; round++) {
            int[] weights = random.ints(1 + random.nextInt(30), 1, 100).toArray();
            int[] order = WeightedSchedule.of(weights);
            double sum = order.length;
            int[] counts = new int[weights.length];
            for (int t = 0; t < order.length; t++) {
                counts[order[t]]++;
                for (int i = 0; i < weights.length; i++) {
                    double exact = (t + 1) * weights[i] / sum;
                    assertTrue(Math.abs(counts[i] - exact) < 1, Arrays.toString(weights) + " after " + (t + 1));
                }
            }
        }
    }

    @Test
    void sharesCountAsWeights() {
        Slots slots = new Slots(List.of(Slotting.slot(0, 2, 10), Slotting.slot(1, 2, 5)));
        SmoothWeightedPicker picker = new SmoothWeightedPicker(slots, Slotting.chance(1));
        assertEquals(3, picker.round());
        assertArrayEquals(new int[] {200, 100}, Slotting.picks(picker, 2, 300));
    }

    @Test
    @Timeout(60)
    void windowsAreExactFromSeveralThreads() throws Exception {
        int[] weights = {5, 1, 1, 13};
        SmoothWeightedPicker picker = new SmoothWeightedPicker(Slotting.weighted(weights), Slotting.chance(2));
        int rounds = 50_000;
        int threads = 4;
        long[][] counts = new long[threads][weights.length];
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            long[] own = counts[t];
            all.add(new Thread(() -> {
                for (int i = 0; i < rounds * 20 / threads; i++) {
                    own[picker.pick(0)]++;
                }
            }));
        }
        for (Thread thread : all) {
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        for (int i = 0; i < weights.length; i++) {
            long sum = 0;
            for (long[] own : counts) {
                sum += own[i];
            }
            assertEquals((long) weights[i] * rounds, sum);
        }
    }

    @Test
    void largeSumsAreScaledDown() {
        int[] weights = new int[3_000];
        Arrays.setAll(weights, i -> 901 + i % 99);
        int[] reduced = WeightedSchedule.reduced(weights);
        int sum = Arrays.stream(reduced).sum();
        assertTrue(sum <= WeightedSchedule.LONGEST && sum > WeightedSchedule.LONGEST * 9 / 10, "sum " + sum);
    }
}
