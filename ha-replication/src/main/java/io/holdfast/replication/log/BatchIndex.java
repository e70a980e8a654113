package io.holdfast.replication.log;

import java.util.Arrays;

/** Where each batch of the log is: 28 bytes of memory a batch. On the loop only. */
final class BatchIndex {
    private LogBase base = LogBase.NONE;
    private long[] firsts = new long[256];
    private long[] terms = new long[256];
    /** Number of the segment in the high half, offset in its file in the low one. */
    private long[] places = new long[256];

    private int[] lengths = new int[256];
    private int size;
    private long lastIndex;

    /** Forgets all, and begins after that entry. */
    void reset(LogBase begin) {
        base = begin;
        size = 0;
        lastIndex = begin.index();
    }

    /** Forgets the batches up to {@code index}, the last of a batch or the base itself. */
    void dropUpTo(long index) {
        if (index <= base.index()) {
            return;
        }
        int count = ordinal(index) + 1;
        long next = count < size ? firsts[count] : lastIndex + 1;
        if (next != index + 1) {
            throw new IllegalStateException("index " + index + " is not the last of its batch");
        }
        base = new LogBase(index, terms[count - 1]);
        size -= count;
        System.arraycopy(firsts, count, firsts, 0, size);
        System.arraycopy(terms, count, terms, 0, size);
        System.arraycopy(places, count, places, 0, size);
        System.arraycopy(lengths, count, lengths, 0, size);
    }

    LogBase base() {
        return base;
    }

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
        if (index <= base.index() || index > lastIndex) {
            throw new IllegalArgumentException(
                    "index " + index + " is not within " + (base.index() + 1) + " to " + lastIndex);
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
        return size == 0 ? base.term() : terms[size - 1];
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

    BatchMeta meta(int ordinal) {
        long next = ordinal + 1 < size ? firsts[ordinal + 1] : lastIndex + 1;
        return new BatchMeta(firsts[ordinal], (int) (next - firsts[ordinal]), terms[ordinal], lengths[ordinal]);
    }
}
