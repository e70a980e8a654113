package io.holdfast.loadbalance.pick;

import java.util.Arrays;
import java.util.List;

/** What a picker picks from: in the order of ids, which is the same on all callers. Immutable. */
public final class Slots {
    /** The whole of what a slot may take; see {@link Slot}. */
    public static final int WHOLE = 10;

    /** A bound on the endpoints of one picker: 14 bits suffice to name them. */
    public static final int MOST = 10_000;

    final int size;
    final long[] ids;
    final int[] weights;
    final int[] shares;
    final EndpointStats[] stats;

    /**
     * One place.
     *
     * @param id a hash of the endpoint's id
     * @param weight from 1 on
     * @param share how much of its weight it may take now, in tenths: 0 is nothing, 10 all
     * @param stats of its endpoint
     */
    public record Slot(long id, int weight, int share, EndpointStats stats) {}

    /** In that order. */
    public Slots(List<Slot> slots) {
        this.size = slots.size();
        if (size > MOST) {
            throw new IllegalArgumentException(size + " endpoints; at most " + MOST + " are balanced over");
        }
        this.ids = slots.stream().mapToLong(Slot::id).toArray();
        this.weights = slots.stream().mapToInt(Slot::weight).toArray();
        this.shares = slots.stream().mapToInt(Slot::share).toArray();
        this.stats = slots.stream().map(Slot::stats).toArray(EndpointStats[]::new);
    }

    /** How many. */
    public int size() {
        return size;
    }

    /** Weight times share of each. */
    int[] effectiveWeights() {
        int[] effective = new int[size];
        for (int i = 0; i < size; i++) {
            effective[i] = weights[i] * shares[i];
        }
        return effective;
    }

    /** Whether all get the same. */
    public boolean isEven() {
        return allEqual(effectiveWeights());
    }

    boolean allWhole() {
        return Arrays.stream(shares).allMatch(share -> share == WHOLE);
    }

    /** Whether a table over {@code other} is one over these: the same ids and weights, whatever they may take now. */
    public boolean hasTableOf(Slots other) {
        return Arrays.equals(ids, other.ids) && Arrays.equals(weights, other.weights);
    }

    /** Whether everything is the same. */
    public boolean isSameAs(Slots other) {
        return hasTableOf(other) && Arrays.equals(shares, other.shares) && Arrays.equals(stats, other.stats);
    }

    static boolean allEqual(int[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }
}
