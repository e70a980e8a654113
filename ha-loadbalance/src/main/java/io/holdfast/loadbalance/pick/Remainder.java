package io.holdfast.loadbalance.pick;

/**
 * The remainder of an unsigned int by a fixed number, with two multiplications instead of a division (Lemire, Kaser, Kurz, "Faster
 * remainder by direct computation", 2019). Exact. Immutable.
 */
final class Remainder {
    private final int by;
    private final long inverse;

    /** @param by from 1 on */
    Remainder(int by) {
        this.by = by;
        this.inverse = Long.divideUnsigned(-1L, by) + 1;
    }

    /** {@code n} as unsigned, modulo the number. */
    int of(int n) {
        long fraction = inverse * (n & 0xffff_ffffL);
        return (int) (Math.multiplyHigh(fraction, by) + ((fraction >> 63) & by));
    }
}
