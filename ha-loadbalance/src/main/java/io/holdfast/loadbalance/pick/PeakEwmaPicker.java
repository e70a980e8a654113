package io.holdfast.loadbalance.pick;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Of two that are drawn by weight, the one with the lower {@code latency x (in flight / weight + 1) x 2^failures in a row} (as Finagle's
 * Peak EWMA; the last factor is ours, since fast failures look like fast answers). Two that are within an eighth are alike, and
 * the first drawn is taken: else noise alone would give one twice what another gets.
 */
public final class PeakEwmaPicker extends Picker {
    /**
     * More failures in a row make no difference. Time alone would heal it after {@code decay x ln(2^8)}, about a minute by default; where
     * outliers are taken out it is {@link EndpointStats#forgive forgiven} before.
     */
    private static final int MOST_DOUBLINGS = 8;

    private static final double ALIKE = 0.875;
    /** Where nothing is known yet, and a request is already on its way to find out. */
    private static final double UNKNOWN_AND_BUSY = 1e18;

    private final EndpointStats[] stats;
    /** What one request in flight counts for: mean weight by weight. */
    private final double[] perRequest;

    private final @Nullable AliasTable byWeight;
    private final LongSupplier chance;
    private final Decay decay;
    private final CoarseTime time;

    /**
     * @param slots all with a share
     * @param chance 64 random bits; safe from any thread
     * @param decay how an observation fades
     */
    public PeakEwmaPicker(Slots slots, LongSupplier chance, Decay decay, CoarseTime time) {
        this.stats = slots.stats;
        int[] weights = slots.effectiveWeights();
        double mean = Arrays.stream(weights).average().orElse(1);
        this.perRequest =
                Arrays.stream(weights).mapToDouble(weight -> mean / weight).toArray();
        this.byWeight = slots.size == 0 || Slots.allEqual(weights) ? null : new AliasTable(weights);
        this.chance = chance;
        this.decay = decay;
        this.time = time;
    }

    @Override
    public int pick(long key) {
        EndpointStats[] all = stats;
        if (all.length < 2) {
            return all.length - 1;
        }
        long random = chance.getAsLong();
        int ticks = time.ticks();
        AliasTable table = byWeight;
        int one;
        int other;
        if (table == null) {
            one = Hashes.below(random, all.length);
            other = TwoChoices.other(random, one, all.length);
        } else {
            one = table.draw(random);
            other = table.draw(Hashes.mix(random));
        }
        // Positive doubles are in the order of their bits, so that no branch has to be predicted.
        long ofOther = Double.doubleToRawLongBits(load(other, ticks));
        return TwoChoices.otherIfNegative(ofOther - Double.doubleToRawLongBits(load(one, ticks) * ALIKE), one, other);
    }

    private double load(int slot, int ticks) {
        EndpointStats of = stats[slot];
        double latency = of.latencyNanos(ticks, decay);
        int inFlight = of.inFlight();
        if (latency == 0 && inFlight > 0) {
            return UNKNOWN_AND_BUSY + inFlight;
        }
        return latency * (inFlight * perRequest[slot] + 1) * (1 << Math.min(MOST_DOUBLINGS, of.failuresInARow()));
    }

    @Override
    int size() {
        return stats.length;
    }
}
