package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.BatchTable;
import io.holdfast.replication.log.LogBase;
import java.util.ArrayList;
import java.util.List;

/** Which batches the log holds, as the core asks for them. */
public final class LogIndex {
    private final BatchTable log;

    /** A log that is empty, or begins after that entry. */
    public LogIndex(LogBase base) {
        this.log = new BatchTable(base);
    }

    /** Forgets all, and begins after that entry. */
    void reset(LogBase begin) {
        log.reset(begin);
    }

    /** Forgets the batches up to {@code index}, the last of a batch. */
    void dropUpTo(long index) {
        log.dropUpTo(index);
    }

    /** The entry before the first one. */
    public LogBase base() {
        return log.base();
    }

    /** Adds the next batch. */
    public void append(BatchMeta batch) {
        if (batch.firstIndex() != lastIndex() + 1 || batch.count() < 1 || batch.term() < lastTerm()) {
            throw new IllegalStateException(batch + " does not follow (" + lastIndex() + ", term " + lastTerm() + ")");
        }
        log.add(batch);
    }

    /** Drops the batch that begins at {@code index} and all after it. */
    void truncateFrom(long index) {
        int batch = log.ordinal(index);
        if (log.first(batch) != index) {
            throw new IllegalStateException(
                    "index " + index + " is inside the batch that begins at " + log.first(batch));
        }
        log.cut(batch);
    }

    /** Index of the last entry, that of the base if there is none. */
    public long lastIndex() {
        return log.lastIndex();
    }

    /** Its term. */
    public long lastTerm() {
        return log.lastTerm();
    }

    /** Term of the entry at {@code index}, also of the base; -1 before it and beyond the end. */
    long termAt(long index) {
        LogBase base = log.base();
        if (index == base.index()) {
            return base.term();
        }
        return index < base.index() || index > lastIndex() ? -1 : log.term(log.ordinal(index));
    }

    /** First index of the batch that holds {@code index}; itself if it is not in the log. */
    long batchStart(long index) {
        if (index > lastIndex()) {
            return lastIndex() + 1;
        }
        return index <= log.base().index() ? index : log.first(log.ordinal(index));
    }

    /**
     * The last index, at most {@code index}, whose term is at most {@code term}. What is in a snapshot is decided, so all
     * that go on have it: no index before the base comes out of one behind it.
     */
    long lastIndexWithTermAtMost(long index, long term) {
        long last = Math.min(index, lastIndex());
        if (last <= log.base().index() || termAt(last) <= term) {
            return last;
        }
        int batch = log.ordinal(last);
        while (batch >= 0 && log.term(batch) > term) {
            batch--;
        }
        return batch < 0 ? log.base().index() : log.first(batch + 1) - 1;
    }

    /** Whole batches from {@code firstIndex} on, up to {@code maxBytes}, but at least one if there is any. */
    List<BatchMeta> batches(long firstIndex, int maxBytes) {
        List<BatchMeta> found = new ArrayList<>();
        long total = 0;
        if (firstIndex > lastIndex()) {
            return found;
        }
        for (int i = log.ordinal(firstIndex); i < log.size(); i++) {
            total += log.length(i);
            if (!found.isEmpty() && total > maxBytes) {
                break;
            }
            found.add(log.meta(i));
        }
        return found;
    }

    /** Sum of the batches from {@code firstIndex} on. */
    public long bytesFrom(long firstIndex) {
        long sum = 0;
        long first = Math.max(firstIndex, log.base().index() + 1);
        for (int i = first > lastIndex() ? log.size() : log.ordinal(first); i < log.size(); i++) {
            sum += log.length(i);
        }
        return sum;
    }

    /**
     * The first index of the oldest batch from which on there are at most {@code maxBytes} up to {@code end}, the last index
     * of a batch or that of the base; the index after it if the last batch is longer.
     */
    public long startOfLast(long maxBytes, long end) {
        if (end <= log.base().index()) {
            return end + 1;
        }
        long left = maxBytes;
        int i = log.ordinal(end);
        while (i >= 0 && log.length(i) <= left) {
            left -= log.length(i--);
        }
        return i + 1 < log.size() ? log.first(i + 1) : end + 1;
    }
}
