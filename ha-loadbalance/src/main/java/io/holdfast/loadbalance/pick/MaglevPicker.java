package io.holdfast.loadbalance.pick;

/** Picks by a {@link MaglevTable}: one look, however many slots there are. A key's further ranks are looks by other hashes of it. */
public final class MaglevPicker extends KeyedPicker {
    /** Looks before the slots are gone through in the order of rendezvous: when only few may take anything. */
    private static final int LOOKS = 16;

    private final MaglevTable table;
    private final RendezvousPicker rest;

    /** @param table over slots of the same ids and weights */
    public MaglevPicker(Slots slots, MaglevTable table) {
        super(slots);
        this.table = table;
        this.rest = new RendezvousPicker(slots);
    }

    /** What it looks into. */
    public MaglevTable table() {
        return table;
    }

    @Override
    public int pick(long key) {
        int slot = table.slotOf(Hashes.mix(key));
        if (allWhole() || takes(slot, key)) {
            return slot;
        }
        return pickOther(key, NOBODY);
    }

    @Override
    int firstOf(long key, boolean byShare, Refusal refusal) {
        long hash = Hashes.mix(key);
        for (int look = 0; look < LOOKS; look++) {
            int slot = table.slotOf(hash);
            if (wants(slot, key, byShare, refusal)) {
                return slot;
            }
            hash = Hashes.mix(hash + look + 1);
        }
        return rest.firstOf(key, byShare, refusal);
    }
}
