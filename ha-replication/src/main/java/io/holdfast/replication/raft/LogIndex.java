package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which batches the log holds: first index, term and length of each, and nothing of their content. */
public final class LogIndex {
    private long[] firsts = new long[64];
    private long[] terms = new long[64];
    private int[] bytes = new int[64];
    private int size;
    private long lastIndex;

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

    /** Index of the last entry, 0 if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry, 0 if there is none. */
    public long lastTerm() {
        return size == 0 ? 0 : terms[size - 1];
    }

    /** Term of the entry at {@code index}; 0 for index 0, -1 beyond the end. */
    long termAt(long index) {
        if (index == 0) {
            return 0;
        }
        return index < 0 || index > lastIndex ? -1 : terms[ordinal(index)];
    }

    /** First index of the batch that holds {@code index}; for the index after the last one, itself. */
    long batchStart(long index) {
        return index > lastIndex ? lastIndex + 1 : firsts[ordinal(index)];
    }

    /** The last index, at most {@code index}, whose term is at most {@code term}. */
    long lastIndexWithTermAtMost(long index, long term) {
        if (index > lastIndex) {
            index = lastIndex;
        }
        if (index == 0 || termAt(index) <= term) {
            return index;
        }
        int batch = ordinal(index);
        while (batch >= 0 && terms[batch] > term) {
            batch--;
        }
        return batch < 0 ? 0 : firsts[batch + 1] - 1;
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
    long bytesFrom(long firstIndex) {
        long sum = 0;
        for (int i = firstIndex > lastIndex ? size : ordinal(firstIndex); i < size; i++) {
            sum += bytes[i];
        }
        return sum;
    }

    private int ordinal(long index) {
        if (index < 1 || index > lastIndex) {
            throw new IllegalStateException("index " + index + " is not within 1 to " + lastIndex);
        }
        int found = Arrays.binarySearch(firsts, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }
}
