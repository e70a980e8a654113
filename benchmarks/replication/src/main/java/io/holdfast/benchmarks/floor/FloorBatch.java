package io.holdfast.benchmarks.floor;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Some records on their way: a header with a checksum, then the records. Used again when all have it. */
final class FloorBatch {
    static final int CAPACITY = 4 << 20;
    static final int RECORD_HEADER = 16;
    private static final int HEADER = 16;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(CAPACITY);
    private final ByteBuffer[] views = {bytes.duplicate(), bytes.duplicate(), bytes.duplicate()};
    private final CRC32C checksum = new CRC32C();
    private int unsent;
    private int count;
    private long endOffset;
    private long startNanos;

    void begin(long nowNanos) {
        bytes.clear().position(HEADER);
        count = 0;
        startNanos = nowNanos;
    }

    /** Adds a record; false if there is no room. */
    boolean add(byte[] payload) {
        if (bytes.remaining() < payload.length + RECORD_HEADER) {
            return false;
        }
        bytes.putLong(count).putInt(payload.length).putInt(0).put(payload);
        count++;
        return true;
    }

    /** Finishes it, and returns the offset in the stream of bytes where it ends. */
    long end(long streamOffset) {
        bytes.flip().position(HEADER);
        checksum.reset();
        checksum.update(bytes);
        bytes.rewind();
        bytes.putInt(0, (int) checksum.getValue()).putInt(4, count).putLong(8, streamOffset);
        for (ByteBuffer view : views) {
            view.limit(bytes.limit()).position(0);
        }
        unsent = views.length - 1;
        endOffset = streamOffset + bytes.remaining();
        return endOffset;
    }

    /** The bytes for a follower, 0 or 1, or for the leader's own file, 2; each used once. */
    ByteBuffer view(int reader) {
        return views[reader];
    }

    /** True if that was the last follower. */
    boolean sent() {
        return --unsent == 0;
    }

    boolean isUnsent() {
        return unsent > 0;
    }

    int count() {
        return count;
    }

    long endOffset() {
        return endOffset;
    }

    long startNanos() {
        return startNanos;
    }
}
