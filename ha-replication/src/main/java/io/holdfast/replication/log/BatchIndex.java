package io.holdfast.replication.log;

import java.util.Arrays;

/** Where each batch of the log is: 28 bytes of memory a batch. On the loop only. */
final class BatchIndex {
    private final BatchTable batches = new BatchTable(LogBase.NONE);
    /** Number of the segment in the high half, offset in its file in the low one. */
    private long[] places = new long[64];

    /** What the batches are. */
    BatchTable table() {
        return batches;
    }

    void add(BatchMeta batch, int segment, long offset) {
        int at = batches.size();
        if (at == places.length) {
            places = Arrays.copyOf(places, at * 2);
        }
        places[at] = ((long) segment << 32) | offset;
        batches.add(batch);
    }

    /** Forgets the batches up to {@code index}, the last of a batch or the base itself. */
    void dropUpTo(long index) {
        int count = batches.dropUpTo(index);
        System.arraycopy(places, count, places, 0, batches.size());
    }

    int segment(int ordinal) {
        return (int) (places[ordinal] >>> 32);
    }

    long offset(int ordinal) {
        return places[ordinal] & 0xFFFF_FFFFL;
    }
}
