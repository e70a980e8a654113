package io.holdfast.core;

/**
 * Tells grants of one role apart for ever: each is larger than all that were given before it, also by another node, before a
 * restart, or before a restore. A resource outside the cluster that remembers the largest token it has seen, and refuses
 * smaller ones, is safe even from a holder that was stopped and wakes up later (Kleppmann, "How to do distributed locking",
 * 2016).
 *
 * @param value the epoch in the upper 16 bits, the number within it in the lower 48; compared as it is, and never negative
 */
public record FencingToken(long value) implements Comparable<FencingToken> {
    private static final int NUMBER_BITS = 48;

    /** Checks the value. */
    public FencingToken {
        if (value < 0) {
            throw new IllegalArgumentException("a fencing token is never negative: " + value);
        }
    }

    /**
     * Puts one together.
     *
     * @param epoch raised by each restore from a backup, 0 to 32767
     * @param number never decreasing within an epoch
     */
    public static FencingToken of(int epoch, long number) {
        if (epoch < 0 || epoch > Short.MAX_VALUE || number < 0 || number >>> NUMBER_BITS != 0) {
            throw new IllegalArgumentException("epoch " + epoch + ", number " + number + " do not fit a token");
        }
        return new FencingToken((long) epoch << NUMBER_BITS | number);
    }

    /** How often the cluster has been restored. */
    public int epoch() {
        return (int) (value >>> NUMBER_BITS);
    }

    /** The number within the epoch. */
    public long number() {
        return value & (1L << NUMBER_BITS) - 1;
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return epoch() == 0 ? Long.toString(number()) : epoch() + ":" + number();
    }
}
