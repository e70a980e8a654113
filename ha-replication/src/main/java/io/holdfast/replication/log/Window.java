package io.holdfast.replication.log;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a file in large pieces and shows ranges of it. A view is valid until the next call. */
final class Window {
    static final int CHUNK = 1 << 20;

    private ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private @Nullable StorageFile file;
    private long start;
    private int filled;

    /** The bytes from {@code offset} on, or null if the file ends before {@code length} of them. */
    @Nullable
    ByteBuffer view(StorageFile from, long offset, int length) throws IOException {
        boolean inside = from == file && offset >= start && offset + length <= start + filled;
        if (!inside) {
            fill(from, offset, length);
        }
        if (offset + length > start + filled) {
            return null;
        }
        return buffer.slice((int) (offset - start), length);
    }

    private void fill(StorageFile from, long offset, int length) throws IOException {
        if (length > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(length);
        }
        buffer.clear();
        file = null; // until it has been read
        filled = from.read(buffer, offset);
        start = offset;
        file = from;
    }

    /** True if there is nothing but zeros from {@code offset} to the end of the file. */
    boolean allZero(StorageFile from, long offset) throws IOException {
        long size = from.size();
        for (long at = offset; at < size; ) {
            int length = (int) Math.min(CHUNK, size - at);
            ByteBuffer bytes = view(from, at, length);
            if (bytes == null) {
                throw new IOException("file " + from.path() + " shrank while it was read");
            }
            while (bytes.remaining() >= Long.BYTES) {
                if (bytes.getLong() != 0) {
                    return false;
                }
            }
            while (bytes.hasRemaining()) {
                if (bytes.get() != 0) {
                    return false;
                }
            }
            at += length;
        }
        return true;
    }
}
