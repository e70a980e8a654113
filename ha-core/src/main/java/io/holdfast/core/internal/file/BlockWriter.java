package io.holdfast.core.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes whole blocks from aligned memory, round the system's cache. */
final class BlockWriter implements AutoCloseable {
    private final FileChannel direct;
    private final AlignedBuffers buffers;

    /** @param direct takes whole blocks from aligned memory alone */
    BlockWriter(FileChannel direct, AlignedBuffers buffers) {
        this.direct = direct;
        this.buffers = buffers;
    }

    AlignedBuffers buffers() {
        return buffers;
    }

    /** How far behind its block's beginning a position lies. */
    int within(long position) {
        return (int) (position & (buffers.blockBytes() - 1));
    }

    /**
     * Writes what a buffer of {@link #buffers} holds up to its position, which is moved on over the zeros that fill the
     * last block.
     *
     * @param position where a block begins
     */
    void write(ByteBuffer filled, long position) throws IOException {
        while (within(filled.position()) != 0) {
            filled.put((byte) 0);
        }
        ByteBuffer bytes = filled.duplicate().flip();
        long at = position;
        while (bytes.hasRemaining()) {
            int written = direct.write(bytes, at);
            if (written <= 0) {
                throw new IOException("the system wrote nothing and reported no error");
            }
            at += written;
        }
    }

    /** Forces what went through the cache. */
    void force() throws IOException {
        direct.force(false);
    }

    @Override
    public void close() throws IOException {
        direct.close();
    }
}
