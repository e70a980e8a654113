package io.holdfast.loadbalance.pick;

import java.util.Arrays;

/**
 * The lookup table of Maglev (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, 3.4):
 * each slot has a permutation of all places by its id, and takes the next one that is free whenever its turn comes; by weight
 * the turns come as in Envoy. Places are at least 100 for each slot, so that shares differ by at most 1 %. Immutable.
 */
public final class MaglevTable {
    /** Of the paper, for up to 655 slots. */
    static final int SMALL = 65_537;
    /** Of the paper, for more. */
    static final int LARGE = 655_373;
    /** For more than 6,553. */
    static final int LARGEST = 1_048_573;

    private static final long SKIP_SALT = 0x534b_4950_4d41_474cL;

    private final char[] places;

    /** Over at least one slot. */
    public MaglevTable(Slots slots) {
        this(slots, slots.size * 100 <= SMALL ? SMALL : slots.size * 100 <= LARGE ? LARGE : LARGEST);
    }

    /** @param size a prime */
    MaglevTable(Slots slots, int size) {
        int n = slots.size;
        long[] next = new long[n];
        int[] skip = new int[n];
        for (int i = 0; i < n; i++) {
            next[i] = Long.remainderUnsigned(slots.ids[i], size);
            skip[i] = (int) Long.remainderUnsigned(Hashes.mix(slots.ids[i] ^ SKIP_SALT), size - 1) + 1;
        }
        int heaviest = Arrays.stream(slots.weights).max().orElseThrow();
        long[] turns = new long[n]; // in units of 1/heaviest
        char[] filled = new char[size];
        Arrays.fill(filled, Character.MAX_VALUE);
        int left = size;
        while (left > 0) {
            for (int i = 0; i < n && left > 0; i++) {
                turns[i] += slots.weights[i];
                if (turns[i] < heaviest) {
                    continue;
                }
                turns[i] -= heaviest;
                int place = (int) next[i];
                while (filled[place] != Character.MAX_VALUE) {
                    place = place + skip[i] >= size ? place + skip[i] - size : place + skip[i];
                }
                filled[place] = (char) i;
                next[i] = place + skip[i] >= size ? place + skip[i] - size : place + skip[i];
                left--;
            }
        }
        this.places = filled;
    }

    /** The slot of a hash. */
    int slotOf(long hash) {
        return places[Hashes.below(hash, places.length)];
    }

    /** How many places each slot has. */
    int[] places(int slots) {
        int[] counts = new int[slots];
        for (char slot : places) {
            counts[slot]++;
        }
        return counts;
    }

    int size() {
        return places.length;
    }
}
