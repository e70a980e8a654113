package io.holdfast.loadbalance.pick;

import java.util.function.LongSupplier;

/** Any, by weight times share. */
public final class WeightedRandomPicker extends Picker {
    private final int size;
    private final AliasTable table;
    private final LongSupplier chance;

    /**
     * @param slots at least one, all with a share
     * @param chance 64 random bits; safe from any thread
     */
    public WeightedRandomPicker(Slots slots, LongSupplier chance) {
        this.size = slots.size;
        this.table = new AliasTable(slots.effectiveWeights());
        this.chance = chance;
    }

    @Override
    public int pick(long key) {
        return table.draw(chance.getAsLong());
    }

    @Override
    int size() {
        return size;
    }
}
