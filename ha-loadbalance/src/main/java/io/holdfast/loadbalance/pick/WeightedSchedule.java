package io.holdfast.loadbalance.pick;

import java.util.Arrays;

/**
 * An order in which each comes as often as its weight says, spread as evenly as can be: after any number of picks nobody is a
 * whole pick away from its exact share (Tijdeman, "The chairman assignment problem", 1980). The k-th turn of weight w of sum W
 * is to fall within [(k-1) W/w, k W/w); these windows are kept by earliest deadline first, which on one processor keeps all that
 * can be kept (Liu and Layland 1973), and the windows use exactly all of it.
 */
final class WeightedSchedule {
    /** The longest order; larger sums of weights are scaled down to it. */
    static final int LONGEST = 1 << 20;

    private WeightedSchedule() {}

    /** Weights of the same proportions, by their greatest common divisor, and if need be rounded. */
    static int[] reduced(int[] weights) {
        long sum = Arrays.stream(weights).asLongStream().sum();
        int[] reduced = weights.clone();
        int divisor = 0;
        for (int weight : weights) {
            divisor = gcd(divisor, weight);
        }
        for (int i = 0; i < reduced.length; i++) {
            reduced[i] /= Math.max(1, divisor);
        }
        if (sum / Math.max(1, divisor) > LONGEST) {
            for (int i = 0; i < reduced.length; i++) {
                reduced[i] = (int) Math.max(1, (long) weights[i] * LONGEST / sum);
            }
        }
        return reduced;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The order, as long as the sum of the weights, each from 1 on. */
    static int[] of(int[] weights) {
        int length = Arrays.stream(weights).sum();
        int[] order = new int[length];
        int[] turns = new int[weights.length];
        int[] following = new int[weights.length]; // chains of those who are released at the same place
        int[] released = new int[length + 1];
        Arrays.fill(released, -1);
        for (int i = weights.length - 1; i >= 0; i--) {
            following[i] = released[0];
            released[0] = i;
        }
        Deadlines waiting = new Deadlines(weights.length);
        for (int place = 0; place < length; place++) {
            for (int i = released[place]; i >= 0; i = following[i]) {
                long deadline = ((turns[i] + 1L) * length + weights[i] - 1) / weights[i];
                waiting.add((deadline << 32) | i);
            }
            int next = (int) waiting.takeLeast();
            order[place] = next;
            turns[next]++;
            if (turns[next] < weights[next]) {
                int from = Math.max(place + 1, (int) ((long) turns[next] * length / weights[next]));
                following[next] = released[from];
                released[from] = next;
            }
        }
        return order;
    }

    /** A binary heap of longs. */
    private static final class Deadlines {
        private final long[] heap;
        private int size;

        Deadlines(int most) {
            this.heap = new long[most + 1];
        }

        void add(long value) {
            int at = ++size;
            while (at > 1 && heap[at / 2] > value) {
                heap[at] = heap[at / 2];
                at /= 2;
            }
            heap[at] = value;
        }

        long takeLeast() {
            long least = heap[1];
            long last = heap[size--];
            int at = 1;
            while (2 * at <= size) {
                int child = 2 * at < size && heap[2 * at + 1] < heap[2 * at] ? 2 * at + 1 : 2 * at;
                if (heap[child] >= last) {
                    break;
                }
                heap[at] = heap[child];
                at = child;
            }
            heap[at] = last;
            return least;
        }
    }
}
