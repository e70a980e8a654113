package io.holdfast.core.internal.file;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Direct buffers that begin at a block's boundary in memory, kept for the next user. Safe from any thread. */
final class AlignedBuffers {
    /** The usual size, enough for a full batch and what goes before it; larger ones are made when needed and not kept. */
    static final int USUAL_BYTES = (1 << 20) + (64 << 10);

    private static final int KEPT = 8;

    private final int blockBytes;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    AlignedBuffers(int blockBytes) {
        this.blockBytes = blockBytes;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** An empty buffer with room for {@code bytes} at the least; its capacity is a whole number of blocks. */
    ByteBuffer take(int bytes) {
        if (bytes <= USUAL_BYTES) {
            synchronized (this) {
                ByteBuffer kept = free.poll();
                if (kept != null) {
                    return kept.clear();
                }
            }
        }
        int capacity = roundUp(Math.max(bytes, USUAL_BYTES));
        return ByteBuffer.allocateDirect(capacity + blockBytes).alignedSlice(blockBytes);
    }

    private int roundUp(int bytes) {
        return Math.toIntExact(((long) bytes + blockBytes - 1) & -blockBytes);
    }

    synchronized void giveBack(ByteBuffer buffer) {
        if (free.size() < KEPT && buffer.capacity() < 2 * USUAL_BYTES) {
            free.push(buffer);
        }
    }
}
