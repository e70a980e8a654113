package io.holdfast.replication.log;

import java.util.Arrays;

/** Where each batch of the log is: 28 bytes of memory a batch. On the loop only. */
final class BatchIndex {
    private long[] firsts = new long[256];
    private long[] terms = new long[256];
    /** Number of the segment in the high half, offset in its file in the low one. */
    private long[] places = new long[256];

    private int[] lengths = new int[256];
    private int size;
    private long lastIndex;

    void add(BatchMeta batch, int segment, long offset) {
        if (size == firsts.length) {
            int more = size * 2;
            firsts = Arrays.copyOf(firsts, more);
            terms = Arrays.copyOf(terms, more);
            places = Arrays.copyOf(places, more);
            lengths = Arrays.copyOf(lengths, more);
        }
        firsts[size] = batch.firstIndex();
        terms[size] = batch.term();
        places[size] = ((long) segment << 32) | offset;
        lengths[size] = batch.bytes();
        size++;
        lastIndex = batch.lastIndex();
    }

    /** Forgets the batch at {@code ordinal} and all after it. */
    void cut(int ordinal) {
        lastIndex = firsts[ordinal] - 1;
        size = ordinal;
    }

    /** Which batch holds {@code index}, from 0. */
    int ordinal(long index) {
        if (index < 1 || index > lastIndex) {
            throw new IllegalArgumentException("index " + index + " is not within 1 to " + lastIndex);
        }
        int found = Arrays.binarySearch(firsts, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }

    int size() {
        return size;
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return size == 0 ? 0 : terms[size - 1];
    }

    long first(int ordinal) {
        return firsts[ordinal];
    }

    long term(int ordinal) {
        return terms[ordinal];
    }

    int segment(int ordinal) {
        return (int) (places[ordinal] >>> 32);
    }

    long offset(int ordinal) {
        return places[ordinal] & 0xFFFF_FFFFL;
    }

    int length(int ordinal) {
        return lengths[ordinal];
    }
}
