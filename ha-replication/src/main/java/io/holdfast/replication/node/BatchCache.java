package io.holdfast.replication.node;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest batches of the log, found by their first index. Owns a reference to each. On the loop.
 *
 * <p>What counts is the memory that a batch keeps others from using, not the bytes in it: a small batch in a large buffer,
 * or in a slice of one, costs all of that.
 */
final class BatchCache {
    /** What a batch costs beside its bytes, at about: the buffer's object and its view for the system's calls. */
    static final int OVERHEAD_BYTES = 256;

    private static final long MOST_BYTES = 64L << 20;
    /** Of the memory that the JVM may use outside its heap, which is by default as much as its heap. */
    private static final int SHARE = 4;

    private long[] firsts = new long[64];
    private @Nullable ByteBuf[] batches = new ByteBuf[64];
    private int head;
    private int size;
    private long bytes;

    /**
     * How large a node's cache may become.
     *
     * @param memoryBytes what the JVM may use outside its heap
     */
    static long limit(long memoryBytes) {
        return Math.min(MOST_BYTES, memoryBytes / SHARE);
    }

    int size() {
        return size;
    }

    /** Of memory. */
    long bytes() {
        return bytes;
    }

    /** How many bytes of memory are free for others only when this buffer is released. */
    static long memory(ByteBuf buffer) {
        ByteBuf whole = buffer;
        for (ByteBuf next = whole.unwrap(); next != null; next = next.unwrap()) {
            whole = next;
        }
        // A pooled buffer's capacity may be less than the memory that it has been given.
        return Math.max(whole.capacity(), (long) whole.writerIndex() + whole.maxFastWritableBytes());
    }

    private static long cost(ByteBuf batch) {
        return OVERHEAD_BYTES + memory(batch);
    }

    /** Adds one behind all others. */
    void add(long firstIndex, ByteBuf batch) {
        if (size > 0 && firstIndex <= firsts[at(size - 1)]) {
            throw new IllegalStateException(firstIndex + " does not follow " + firsts[at(size - 1)]);
        }
        if (size == firsts.length) {
            grow();
        }
        firsts[at(size)] = firstIndex;
        batches[at(size)] = batch;
        size++;
        bytes += cost(batch);
    }

    private int at(int i) {
        return (head + i) & (firsts.length - 1);
    }

    private void grow() {
        long[] moreFirsts = new long[2 * size];
        @Nullable ByteBuf[] more = new ByteBuf[2 * size];
        for (int i = 0; i < size; i++) {
            moreFirsts[i] = firsts[at(i)];
            more[i] = batches[at(i)];
        }
        firsts = moreFirsts;
        batches = more;
        head = 0;
    }

    /** The batch that begins at that index, or null; retain it to keep it. */
    @Nullable
    ByteBuf get(long firstIndex) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long found = firsts[at(middle)];
            if (found == firstIndex) {
                return batches[at(middle)];
            }
            if (found < firstIndex) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    void dropOldest() {
        drop(head);
        head = (head + 1) & (firsts.length - 1);
    }

    /** Drops those that begin at {@code index} or later. */
    void dropFrom(long index) {
        while (size > 0 && firsts[at(size - 1)] >= index) {
            drop(at(size - 1));
        }
    }

    private void drop(int at) {
        ByteBuf batch = Objects.requireNonNull(batches[at]);
        batches[at] = null;
        size--;
        bytes -= cost(batch);
        batch.release();
    }

    void clear() {
        dropFrom(0);
    }
}
