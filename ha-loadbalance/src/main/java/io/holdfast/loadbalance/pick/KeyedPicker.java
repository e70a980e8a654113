package io.holdfast.loadbalance.pick;

/**
 * Picks by a key: each key has an order of its own over all slots, by their ids, and goes to the first that may take it. A slot
 * that may take part of its weight takes that part of its keys, always the same ones. So one that fails, drains or comes back
 * slowly moves its own keys and no others.
 */
public abstract class KeyedPicker extends Picker {
    static final Refusal NOBODY = slot -> false;

    private static final long SHARE_SALT = 0x5348_4152_4553_414cL;

    private final int[] shares;
    private final long[] ids;
    private final boolean allWhole;

    KeyedPicker(Slots slots) {
        this.shares = slots.shares;
        this.ids = slots.ids;
        this.allWhole = slots.allWhole();
    }

    final boolean allWhole() {
        return allWhole;
    }

    /** Whether the slot takes that key: by its share. */
    final boolean takes(int slot, long key) {
        int share = shares[slot];
        return share >= Slots.WHOLE
                || (share > 0 && Hashes.below(Hashes.mix(key ^ ids[slot] ^ SHARE_SALT), Slots.WHOLE) < share);
    }

    /** The first slot in the key's order that takes it by its share; if there is none, the first one with a share at all. */
    @Override
    public final int pickOther(long key, Refusal refusal) {
        int slot = firstOf(key, true, refusal);
        return slot >= 0 ? slot : firstOf(key, false, refusal);
    }

    /** The first slot in the key's order that {@link #wants} it; -1 if none does. */
    abstract int firstOf(long key, boolean byShare, Refusal refusal);

    final boolean wants(int slot, long key, boolean byShare, Refusal refusal) {
        return (byShare ? takes(slot, key) : shares[slot] > 0) && !refusal.refuses(slot);
    }

    @Override
    final int size() {
        return ids.length;
    }
}
