package io.holdfast.replication.log;

import java.util.Arrays;

/**
 * First index, term and length of each batch of a log, and nothing of their content: 20 bytes of memory a batch. Batches are
 * never split. Deterministic; for one thread.
 */
public final class BatchTable {
    private LogBase base;
    private long[] firsts = new long[64];
    private long[] terms = new long[64];
    private int[] lengths = new int[64];
    private int size;
    private long lastIndex;

    /** One that is empty, and begins after that entry. */
    public BatchTable(LogBase base) {
        this.base = base;
        this.lastIndex = base.index();
    }

    /** Forgets all, and begins after that entry. */
    public void reset(LogBase begin) {
        base = begin;
        size = 0;
        lastIndex = begin.index();
    }

    /** Adds a batch, which follows the last one. */
    public void add(BatchMeta batch) {
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
            lengths = Arrays.copyOf(lengths, size * 2);
        }
        firsts[size] = batch.firstIndex();
        terms[size] = batch.term();
        lengths[size] = batch.bytes();
        size++;
        lastIndex = batch.lastIndex();
    }

    /** Forgets the batch at {@code ordinal} and all after it. */
    public void cut(int ordinal) {
        lastIndex = firsts[ordinal] - 1;
        size = ordinal;
    }

    /**
     * Forgets the batches up to {@code index}, the last of a batch; none if that is not behind the base.
     *
     * @return how many they were
     */
    public int dropUpTo(long index) {
        if (index <= base.index()) {
            return 0;
        }
        int count = ordinal(index) + 1;
        if (next(count - 1) != index + 1) {
            throw new IllegalStateException(
                    "index " + index + " is inside the batch that begins at " + firsts[count - 1]);
        }
        base = new LogBase(index, terms[count - 1]);
        size -= count;
        System.arraycopy(firsts, count, firsts, 0, size);
        System.arraycopy(terms, count, terms, 0, size);
        System.arraycopy(lengths, count, lengths, 0, size);
        return count;
    }

    /** Which batch holds {@code index}, from 0; it must be one of them. */
    public int ordinal(long index) {
        if (index <= base.index() || index > lastIndex) {
            throw new IllegalArgumentException(
                    "index " + index + " is not within " + (base.index() + 1) + " to " + lastIndex);
        }
        int found = Arrays.binarySearch(firsts, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }

    /** The entry before the first one. */
    public LogBase base() {
        return base;
    }

    /** How many batches. */
    public int size() {
        return size;
    }

    /** Index of the last entry, that of the base if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Its term. */
    public long lastTerm() {
        return size == 0 ? base.term() : terms[size - 1];
    }

    /** First index of a batch. */
    public long first(int ordinal) {
        return firsts[ordinal];
    }

    /** Its term. */
    public long term(int ordinal) {
        return terms[ordinal];
    }

    /** Its length in bytes. */
    public int length(int ordinal) {
        return lengths[ordinal];
    }

    /** All that is known of it. */
    public BatchMeta meta(int ordinal) {
        int count = (int) (next(ordinal) - firsts[ordinal]);
        return new BatchMeta(firsts[ordinal], count, terms[ordinal], lengths[ordinal]);
    }

    private long next(int ordinal) {
        return ordinal + 1 < size ? firsts[ordinal + 1] : lastIndex + 1;
    }
}
