package io.holdfast.loadbalance.pick;

/** Two different ones by one random number. Without branches: which way they go nobody could predict. */
final class TwoChoices {
    private TwoChoices() {}

    /** One of {@code 0 .. size - 1} that is not {@code one}, by the lower half of {@code random}. */
    static int other(long random, int one, int size) {
        int among = Hashes.belowByLowerHalf(random, size - 1);
        return among + 1 + ((among - one) >> 31); // one more unless it is below `one`
    }

    /** {@code other} if {@code difference} is negative, else {@code one}. */
    static int otherIfNegative(long difference, int one, int other) {
        return one + ((other - one) & (int) (difference >> 63));
    }
}
