package io.holdfast.loadbalance.pick;

import org.jspecify.annotations.Nullable;

/**
 * Rendezvous hashing, also called highest random weight (Thaler and Ravishankar 1998): a key goes to the slot whose id makes the
 * highest hash with it; with weights to the least {@code -ln(hash) / weight}. When a slot goes exactly its keys move, when one
 * comes it takes exactly its share. Looks at every slot.
 */
public final class RendezvousPicker extends KeyedPicker {
    /** The lowest bits of a score say whose it is; all else is its rank. */
    private static final long WHOSE = (1L << 14) - 1;

    private final long[] ids;
    /** 1/weight; null if all weights are alike. */
    private final double @Nullable [] inverse;

    /** Over these. */
    public RendezvousPicker(Slots slots) {
        super(slots);
        this.ids = slots.ids;
        if (slots.size == 0 || Slots.allEqual(slots.weights)) {
            this.inverse = null;
        } else {
            double[] inverses = new double[slots.size];
            for (int i = 0; i < inverses.length; i++) {
                inverses[i] = 1.0 / slots.weights[i];
            }
            this.inverse = inverses;
        }
    }

    @Override
    public int pick(long key) {
        if (!allWhole()) {
            return pickOther(key, NOBODY);
        }
        double[] weighted = inverse;
        long highest = -1;
        if (weighted == null) {
            for (int i = 0; i < ids.length; i++) {
                highest = higher(highest, score(key, i));
            }
        } else {
            for (int i = 0; i < ids.length; i++) {
                highest = higher(highest, score(key, i, weighted));
            }
        }
        return highest < 0 ? -1 : (int) (highest & WHOSE);
    }

    /** 0 or more; the highest is the first. */
    private long score(long key, int slot) {
        return ((Hashes.pair(key, ids[slot]) >>> 1) & ~WHOSE) | slot;
    }

    private long score(long key, int slot, double[] weighted) {
        double least = Logarithm.minusLog2(Hashes.pair(key, ids[slot])) * weighted[slot];
        // Positive doubles are in the order of their bits.
        return ((Long.MAX_VALUE - Double.doubleToRawLongBits(least)) & ~WHOSE) | slot;
    }

    /** Neither is negative, or the first is -1. Without a branch: it would be predicted wrongly about ln(n) times. */
    private static long higher(long one, long other) {
        return one ^ ((one ^ other) & ((one - other) >> 63));
    }

    @Override
    int firstOf(long key, boolean byShare, Refusal refusal) {
        double[] weighted = inverse;
        long highest = -1;
        for (int i = 0; i < ids.length; i++) {
            long score = weighted == null ? score(key, i) : score(key, i, weighted);
            if (score > highest && wants(i, key, byShare, refusal)) {
                highest = score;
            }
        }
        return highest < 0 ? -1 : (int) (highest & WHOSE);
    }
}
