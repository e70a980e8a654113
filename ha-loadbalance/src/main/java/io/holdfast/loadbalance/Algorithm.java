package io.holdfast.loadbalance;

import java.time.Duration;

/** How one endpoint is chosen among those that may be. A description: see docs/load-balancing.md for which to take. Immutable. */
public sealed interface Algorithm {

    /**
     * Each in turn, whatever its weight. Threads go round by themselves and do not disturb each other: over all of them it is as
     * even as over one, the order is not.
     */
    static Algorithm roundRobin() {
        return new RoundRobin();
    }

    /**
     * Each in turn by weight, spread evenly: in any window of as many picks as the weights sum up to each gets exactly its
     * weight, from however many threads they come, and after any number of picks since a change none is a whole pick away
     * from its share.
     */
    static Algorithm smoothWeighted() {
        return new SmoothWeighted();
    }

    /** Any, all alike. */
    static Algorithm random() {
        return new Uniform();
    }

    /** Any, by weight. */
    static Algorithm weightedRandom() {
        return new WeightedRandom();
    }

    /**
     * By a key of the caller's: the same key goes to the same endpoint, on all callers, whatever the order of their lists; see
     * {@link RequestKey}. By weight. When an endpoint goes, only its keys move.
     */
    static Algorithm keyHash() {
        return new KeyHash(KeyHash.RENDEZVOUS_UP_TO);
    }

    /** By a key, and no endpoint gets more than 1.25 times its share of the requests that are in flight: a hot key spills over. */
    static Algorithm boundedKeyHash() {
        return boundedKeyHash(BoundedKeyHash.USUAL_FACTOR);
    }

    /**
     * By a key, with a bound on each endpoint's share of the requests in flight.
     *
     * @param factor how much more than its share, 1.05 to 10; smaller is more even and moves more keys
     */
    static Algorithm boundedKeyHash(double factor) {
        return new BoundedKeyHash(new KeyHash(KeyHash.RENDEZVOUS_UP_TO), factor);
    }

    /** Of two drawn by weight the one with fewer requests of this caller in flight for its weight. */
    static Algorithm leastRequest() {
        return new LeastRequest();
    }

    /** Of two drawn by weight the one that is expected to answer sooner; forgets in 10 s. */
    static Algorithm peakEwma() {
        return peakEwma(PeakEwma.USUAL_DECAY);
    }

    /**
     * Of two drawn by weight the one that is expected to answer sooner: the latency it had lately, at once up and slowly down,
     * times the requests of this caller in flight there; more with each failure in a row.
     *
     * @param decay in how long an observation fades to a third, 100 ms to 10 min
     */
    static Algorithm peakEwma(Duration decay) {
        return new PeakEwma(decay);
    }

    /** Whether it looks at the key. */
    default boolean usesKey() {
        return this instanceof KeyHash || this instanceof BoundedKeyHash;
    }

    /** See {@link #roundRobin()}. */
    record RoundRobin() implements Algorithm {}

    /** See {@link #smoothWeighted()}. */
    record SmoothWeighted() implements Algorithm {}

    /** See {@link #random()}. */
    record Uniform() implements Algorithm {}

    /** See {@link #weightedRandom()}. */
    record WeightedRandom() implements Algorithm {}

    /**
     * See {@link #keyHash()}.
     *
     * @param rendezvousUpTo up to how many endpoints by rendezvous, above by Maglev; 0 to 1000, the same on all callers
     */
    record KeyHash(int rendezvousUpTo) implements Algorithm {
        /** Up to here rendezvous takes less than some 25 ns; it moves fewer keys. */
        public static final int RENDEZVOUS_UP_TO = 12;

        /** Checks the range. */
        public KeyHash {
            if (rendezvousUpTo < 0 || rendezvousUpTo > 1_000) {
                throw new IllegalArgumentException("rendezvous up to " + rendezvousUpTo + " is not within 0 to 1000");
            }
        }
    }

    /**
     * See {@link #boundedKeyHash(double)}.
     *
     * @param hash what is bounded
     * @param factor how much more than its share
     */
    record BoundedKeyHash(KeyHash hash, double factor) implements Algorithm {
        static final double USUAL_FACTOR = 1.25;

        /** Checks the range. */
        public BoundedKeyHash {
            if (!(factor >= 1.05 && factor <= 10)) {
                throw new IllegalArgumentException("factor " + factor + " is not within 1.05 to 10");
            }
        }
    }

    /** See {@link #leastRequest()}. */
    record LeastRequest() implements Algorithm {}

    /**
     * See {@link #peakEwma(Duration)}.
     *
     * @param decay in how long an observation fades to a third
     */
    record PeakEwma(Duration decay) implements Algorithm {
        static final Duration USUAL_DECAY = Duration.ofSeconds(10);

        /** Checks the range. */
        public PeakEwma {
            if (decay.compareTo(Duration.ofMillis(100)) < 0 || decay.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new IllegalArgumentException("decay " + decay + " is not within 100 ms to 10 min");
            }
        }
    }
}
