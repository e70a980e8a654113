package io.holdfast.core.internal.seal;

import java.util.Arrays;

/**
 * Which numbers of one sender have been seen: exact for the latest {@link #SIZE}, and everything before those counts as
 * seen (the window of RFC 4303, 3.4.3).
 */
final class ReplayWindow {
    static final int SIZE = 1024;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long highest;

    /** True if {@code counter} is new; numbers begin with 1. Changes nothing. */
    boolean isNew(long counter) {
        if (counter <= 0 || counter <= highest - SIZE) {
            return false;
        }
        return counter > highest || (seen[word(counter)] & bit(counter)) == 0;
    }

    /** Marks a number for which {@link #isNew} holds. */
    void mark(long counter) {
        if (counter > highest) {
            // The places of the numbers between are those of numbers that now fall out of the window.
            if (counter - highest >= SIZE) {
                Arrays.fill(seen, 0);
            } else {
                for (long skipped = highest + 1; skipped < counter; skipped++) {
                    seen[word(skipped)] &= ~bit(skipped);
                }
            }
            highest = counter;
        }
        seen[word(counter)] |= bit(counter);
    }

    private static int word(long counter) {
        return (int) (counter % SIZE) / Long.SIZE;
    }

    private static long bit(long counter) {
        return 1L << (counter % Long.SIZE);
    }
}
