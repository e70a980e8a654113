package io.holdfast.loadbalance.pick;

import io.holdfast.loadbalance.pick.Slots.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** Slots for tests: of ids {@code node-0}, {@code node-1} and so on. */
final class Slotting {
    private Slotting() {}

    static Slots even(int count) {
        int[] weights = new int[count];
        java.util.Arrays.fill(weights, 1);
        return weighted(weights);
    }

    static Slots weighted(int... weights) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            slots.add(slot(i, weights[i], Slots.WHOLE));
        }
        return new Slots(slots);
    }

    static Slot slot(int node, int weight, int share) {
        return new Slot(Hashes.of("node-" + node), weight, share, new EndpointStats());
    }

    static LongSupplier chance(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random::nextLong;
    }

    static int[] picks(Picker picker, int size, int count) {
        int[] picks = new int[size];
        for (int i = 0; i < count; i++) {
            picks[picker.pick(Hashes.mix(i))]++;
        }
        return picks;
    }
}
