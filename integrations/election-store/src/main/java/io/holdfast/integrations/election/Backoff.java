package io.holdfast.integrations.election;

import java.util.random.RandomGenerator;

/** Pauses that double from a first to a longest one, each spread by half of itself in both directions. */
final class Backoff {
    private final long firstNanos;
    private final long longestNanos;
    private final RandomGenerator random;
    private long upcomingNanos;

    Backoff(long firstNanos, long longestNanos, RandomGenerator random) {
        this.firstNanos = firstNanos;
        this.longestNanos = longestNanos;
        this.random = random;
        this.upcomingNanos = firstNanos;
    }

    /** The next pause in nanoseconds. */
    long next() {
        long middle = upcomingNanos;
        upcomingNanos = Math.min(2 * middle, longestNanos);
        return middle / 2 + random.nextLong(middle + 1);
    }

    /** Begins again with the first pause. */
    void reset() {
        upcomingNanos = firstNanos;
    }
}
