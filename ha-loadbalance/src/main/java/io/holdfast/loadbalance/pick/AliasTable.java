package io.holdfast.loadbalance.pick;

import java.util.Arrays;

/**
 * Draws in proportion to weights by one look at a table (Walker 1977, built as by Vose 1991), with whole numbers: each is off by
 * less than 2^-32. Immutable.
 */
final class AliasTable {
    /** Of each column: how much of 2^32 is its own, above; who has the rest, below. */
    private final long[] columns;

    /** @param weights 0 to 10,000 each, and not all 0 */
    AliasTable(int[] weights) {
        int n = weights.length;
        long sum = Arrays.stream(weights).asLongStream().sum();
        if (sum <= 0) {
            throw new IllegalArgumentException("no weight at all: " + Arrays.toString(weights));
        }
        long[] scaled = new long[n]; // in units where a column holds `sum`
        int[] small = new int[n];
        int[] large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            scaled[i] = (long) weights[i] * n;
            if (scaled[i] < sum) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        columns = new long[n];
        while (smalls > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            columns[less] = column(scaled[less], sum, more);
            scaled[more] -= sum - scaled[less];
            if (scaled[more] < sum) {
                larges--;
                small[smalls++] = more;
            }
        }
        while (larges > 0) {
            int full = large[--larges];
            columns[full] = 0xffff_ffff_0000_0000L | full;
        }
    }

    private static long column(long own, long sum, int other) {
        long threshold = Math.min(0xffff_ffffL, (long) ((double) own / sum * 0x1p32));
        return (threshold << 32) | other;
    }

    /** By 64 random bits. */
    int draw(long random) {
        return draw((int) (random >>> 32), (int) random);
    }

    /** By 32 bits for the column and 32 for the choice in it. */
    int draw(int place, int toss) {
        int at = (int) ((Integer.toUnsignedLong(place) * columns.length) >>> 32);
        long column = columns[at];
        // Without a branch, which would be predicted wrongly every other time.
        long below = (Integer.toUnsignedLong(toss) - (column >>> 32)) >> 63;
        return (int) ((at & below) | (column & ~below));
    }
}
