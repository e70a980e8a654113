package io.holdfast.loadbalance.pick;

import java.util.function.LongSupplier;

/** Any, all alike. */
public final class RandomPicker extends Picker {
    private final int size;
    private final LongSupplier chance;

    /** @param chance 64 random bits; safe from any thread */
    public RandomPicker(Slots slots, LongSupplier chance) {
        this.size = slots.size;
        this.chance = chance;
    }

    @Override
    public int pick(long key) {
        return size == 0 ? -1 : Hashes.below(chance.getAsLong(), size);
    }

    @Override
    int size() {
        return size;
    }
}
