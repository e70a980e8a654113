package io.holdfast.loadbalance.pick;

/**
 * Minus the logarithm of a random number, by a table: additions and multiplications alone, whose results Java fixes to the bit, so
 * that all callers find the same order. Within 2e-7 of it, never decreasing the wrong way. Immutable.
 */
final class Logarithm {
    private static final int STEPS = 1024;
    private static final double[] LOG2 = new double[STEPS + 1];

    static {
        for (int i = 0; i <= STEPS; i++) {
            LOG2[i] = StrictMath.log(1 + (double) i / STEPS) / StrictMath.log(2);
        }
    }

    private Logarithm() {}

    /** Of {@code (hash as unsigned + 1) / 2^64}, to base 2: 0 to 64, smaller for larger hashes. */
    static double minusLog2(long hash) {
        int zeros = Long.numberOfLeadingZeros(hash | 1);
        long mantissa = hash << zeros; // its highest bit set
        int step = (int) (mantissa >>> 53) & (STEPS - 1);
        double rest = ((mantissa >>> 11) & ((1L << 42) - 1)) * 0x1p-42;
        return zeros + 1 - (LOG2[step] + (LOG2[step + 1] - LOG2[step]) * rest);
    }
}
