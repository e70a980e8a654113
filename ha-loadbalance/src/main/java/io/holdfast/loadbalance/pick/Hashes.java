package io.holdfast.loadbalance.pick;

/** Hashes of 64 bits that are the same everywhere and for ever: two callers of different versions have to agree. */
public final class Hashes {
    private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01b3L;

    private Hashes() {}

    /** Every bit of the result depends on every bit of {@code z} (the finalizer "variant 13" of Stafford, as in SplittableRandom). */
    public static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return b ^ (b >>> 31);
    }

    /**
     * A hash of two hashes whose upper bits are as good as random: {@link #mix} without its first and last step, which both are
     * mixed already and lower bits are not needed for.
     */
    static long pair(long one, long other) {
        long a = (one ^ other) * 0xbf58_476d_1ce4_e5b9L;
        return (a ^ (a >>> 32)) * 0x94d0_49bb_1331_11ebL;
    }

    /** FNV-1a over UTF-16 units, mixed. */
    public static long of(CharSequence text) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** FNV-1a over bytes, mixed. */
    public static long of(byte[] bytes, int from, int to) {
        long hash = FNV_OFFSET;
        for (int i = from; i < to; i++) {
            hash = (hash ^ Byte.toUnsignedInt(bytes[i])) * FNV_PRIME;
        }
        return mix(hash);
    }

    /**
     * A number from 0 to {@code bound - 1}, in proportion: the upper half of {@code random} times {@code bound}. Cheaper than a
     * remainder, and off by less than {@code bound / 2^32}.
     */
    static int below(long random, int bound) {
        return (int) (((random >>> 32) * bound) >>> 32);
    }

    /** The same by the lower half, which is independent of the upper one. */
    static int belowByLowerHalf(long random, int bound) {
        return (int) (((random & 0xffff_ffffL) * bound) >>> 32);
    }
}
