package io.holdfast.loadbalance.pick;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Of two that are drawn by weight, the one with fewer requests in flight for its weight (Mitzenmacher, "The Power of Two Choices",
 * 2001). Drawn by weight, and compared without a "+1": so idle ones get exactly their weights.
 */
public final class LeastRequestPicker extends Picker {
    private final EndpointStats[] stats;
    private final int[] weights;
    private final @Nullable AliasTable byWeight;
    private final LongSupplier chance;

    /**
     * @param slots all with a share
     * @param chance 64 random bits; safe from any thread
     */
    public LeastRequestPicker(Slots slots, LongSupplier chance) {
        this.stats = slots.stats;
        this.weights = slots.effectiveWeights();
        this.byWeight = slots.size == 0 || Slots.allEqual(weights) ? null : new AliasTable(weights);
        this.chance = chance;
    }

    @Override
    public int pick(long key) {
        EndpointStats[] all = stats;
        if (all.length < 2) {
            return all.length - 1;
        }
        long random = chance.getAsLong();
        AliasTable table = byWeight;
        if (table == null) {
            int one = Hashes.below(random, all.length);
            int other = TwoChoices.other(random, one, all.length);
            return TwoChoices.otherIfNegative((long) all[other].inFlight() - all[one].inFlight(), one, other);
        }
        int one = table.draw(random);
        int other = table.draw(Hashes.mix(random));
        long ofOther = (long) all[other].inFlight() * weights[one];
        return TwoChoices.otherIfNegative(ofOther - (long) all[one].inFlight() * weights[other], one, other);
    }

    @Override
    int size() {
        return stats.length;
    }
}
