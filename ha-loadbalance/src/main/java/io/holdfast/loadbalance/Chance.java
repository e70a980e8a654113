package io.holdfast.loadbalance;

import io.holdfast.loadbalance.pick.Hashes;
import io.holdfast.loadbalance.pick.Stripes;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Random bits for picks: SplitMix64 (Steele, Lea, Flood 2014), one for each of several threads. One thread gets the same numbers for
 * the same seed, which simulations need.
 */
final class Chance implements LongSupplier {
    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;

    private final Stripes states;

    Chance(RandomGenerator seed, int processors) {
        this.states = new Stripes(processors, seed::nextLong);
    }

    @Override
    public long getAsLong() {
        return Hashes.mix(states.add(GAMMA));
    }
}
