package io.holdfast.loadbalance.pick;

import java.util.Arrays;

/**
 * A hash with bounded loads (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018): a slot that has
 * {@code factor} times its share of the requests in flight is passed over, and the key goes to the next in its order. Each key has
 * an order of its own, so that what one slot cannot take spreads over all others, and does not fall on a neighbour.
 */
public final class BoundedLoadPicker extends Picker {
    private final KeyedPicker hash;
    private final EndpointStats[] stats;
    private final double[] factors;
    private final InFlight inFlight;
    private final Refusal full = this::isFull;

    /**
     * @param hash over the same slots
     * @param factor above 1
     * @param inFlight of all requests to these slots
     */
    public BoundedLoadPicker(Slots slots, KeyedPicker hash, double factor, InFlight inFlight) {
        this.hash = hash;
        this.stats = slots.stats;
        this.inFlight = inFlight;
        int[] effective = slots.effectiveWeights();
        double sum = Math.max(1.0, Arrays.stream(effective).asDoubleStream().sum());
        this.factors = new double[slots.size];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = factor * effective[i] / sum;
        }
    }

    /** All requests in flight, counted by whoever begins and ends them. */
    @FunctionalInterface
    public interface InFlight {
        /** As of now, roughly. */
        long sum();
    }

    private static int limit(double factor, long total) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(factor * (total + 1)));
    }

    @Override
    public int limit(int slot) {
        return limit(factors[slot], inFlight.sum());
    }

    private boolean isFull(int slot) {
        return stats[slot].inFlight() >= limit(slot);
    }

    @Override
    public int pick(long key) {
        int slot = hash.pick(key);
        return slot < 0 || !isFull(slot) ? slot : hash.pickOther(key, full);
    }

    @Override
    public int pickOther(long key, Refusal refusal) {
        return hash.pickOther(key, slot -> refusal.refuses(slot) || isFull(slot));
    }

    @Override
    int size() {
        return stats.length;
    }
}
