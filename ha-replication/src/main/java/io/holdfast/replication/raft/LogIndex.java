package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which batches the log holds: first index, term and length of each, and nothing of their content. */
public final class LogIndex {
    private long[] firsts = new long[64];
    private long[] terms = new long[64];
    private int[] bytes = new int[64];
    private int size;
    private LogBase base;
    private long lastIndex;

    /** A log that is empty, or begins after that entry. */
    public LogIndex(LogBase base) {
        this.base = base;
        this.lastIndex = base.index();
    }

    /** Forgets all, and begins after that entry. */
    void reset(LogBase begin) {
        base = begin;
        size = 0;
        lastIndex = begin.index();
    }

    /** Forgets the batches up to {@code index}, the last of a batch. */
    void dropUpTo(long index) {
        if (index <= base.index()) {
            return;
        }
        int count = ordinal(index) + 1;
        long next = count < size ? firsts[count] : lastIndex + 1;
        if (next != index + 1) {
            throw new IllegalStateException(
                    "index " + index + " is inside the batch that begins at " + firsts[count - 1]);
        }
        base = new LogBase(index, terms[count - 1]);
        size -= count;
        System.arraycopy(firsts, count, firsts, 0, size);
        System.arraycopy(terms, count, terms, 0, size);
        System.arraycopy(bytes, count, bytes, 0, size);
    }

    /** The entry before the first one. */
    public LogBase base() {
        return base;
    }

    /** Adds the next batch. */
    public void append(BatchMeta batch) {
        if (batch.firstIndex() != lastIndex + 1 || batch.count() < 1 || batch.term() < lastTerm()) {
            throw new IllegalStateException(batch + " does not follow (" + lastIndex + ", term " + lastTerm() + ")");
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        firsts[size] = batch.firstIndex();
        terms[size] = batch.term();
        bytes[size] = batch.bytes();
        size++;
        lastIndex = batch.lastIndex();
    }

    /** Drops the batch that begins at {@code index} and all after it. */
    void truncateFrom(long index) {
        int batch = ordinal(index);
        if (firsts[batch] != index) {
            throw new IllegalStateException("index " + index + " is inside the batch that begins at " + firsts[batch]);
        }
        size = batch;
        lastIndex = index - 1;
    }

    /** Index of the last entry, that of the base if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry, 0 if there is none. */
    public long lastTerm() {
        return size == 0 ? base.term() : terms[size - 1];
    }

    /** Term of the entry at {@code index}, also of the base; -1 before it and beyond the end. */
    long termAt(long index) {
        if (index == base.index()) {
            return base.term();
        }
        return index < base.index() || index > lastIndex ? -1 : terms[ordinal(index)];
    }

    /** First index of the batch that holds {@code index}; itself if it is not in the log. */
    long batchStart(long index) {
        if (index > lastIndex) {
            return lastIndex + 1;
        }
        return index <= base.index() ? index : firsts[ordinal(index)];
    }

    /**
     * The last index, at most {@code index}, whose term is at most {@code term}. What is in a snapshot is decided, so all
     * that go on have it: no index before the base comes out of one behind it.
     */
    long lastIndexWithTermAtMost(long index, long term) {
        if (index > lastIndex) {
            index = lastIndex;
        }
        if (index <= base.index() || termAt(index) <= term) {
            return index;
        }
        int batch = ordinal(index);
        while (batch >= 0 && terms[batch] > term) {
            batch--;
        }
        return batch < 0 ? base.index() : firsts[batch + 1] - 1;
    }

    /** Whole batches from {@code firstIndex} on, up to {@code maxBytes}, but at least one if there is any. */
    List<BatchMeta> batches(long firstIndex, int maxBytes) {
        List<BatchMeta> found = new ArrayList<>();
        long total = 0;
        if (firstIndex > lastIndex) {
            return found;
        }
        for (int i = ordinal(firstIndex); i < size; i++) {
            total += bytes[i];
            if (!found.isEmpty() && total > maxBytes) {
                break;
            }
            long next = i + 1 < size ? firsts[i + 1] : lastIndex + 1;
            found.add(new BatchMeta(firsts[i], (int) (next - firsts[i]), terms[i], bytes[i]));
        }
        return found;
    }

    /** Sum of the batches from {@code firstIndex} on. */
    public long bytesFrom(long firstIndex) {
        long sum = 0;
        int from = firstIndex > lastIndex ? size : firstIndex <= base.index() ? 0 : ordinal(firstIndex);
        for (int i = from; i < size; i++) {
            sum += bytes[i];
        }
        return sum;
    }

    /**
     * The first index of the oldest batch from which on there are at most {@code maxBytes} up to {@code end}, the last index
     * of a batch or that of the base; the index after it if the last batch is longer.
     */
    public long startOfLast(long maxBytes, long end) {
        long left = maxBytes;
        int i = end <= base.index() ? -1 : ordinal(end);
        while (i >= 0 && bytes[i] <= left) {
            left -= bytes[i--];
        }
        return i + 1 < size && end > base.index() ? firsts[i + 1] : end + 1;
    }

    private int ordinal(long index) {
        if (index <= base.index() || index > lastIndex) {
            throw new IllegalStateException(
                    "index " + index + " is not within " + (base.index() + 1) + " to " + lastIndex);
        }
        int found = Arrays.binarySearch(firsts, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }
}
