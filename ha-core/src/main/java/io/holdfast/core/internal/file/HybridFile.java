package io.holdfast.core.internal.file;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that is appended to, by small writes through the system's cache and by large ones round it. A small write is
 * cheapest in the cache. A large one is dearer there than on the disk: a page of memory must be found for every block of
 * it, and its processor is often what the machine is short of. Either way, what has been written outlives the process.
 */
final class HybridFile implements StorageFile {
    /** From this size on, the cache costs more than the disk does; measured, see docs/decisions/0006. */
    private static final int LARGE_BYTES = 128 << 10;
    /** And behind a large write, after which the cache would have to read the block at its end first. */
    private static final int LARGE_AGAIN_BYTES = 64 << 10;

    private final ChannelFile cached;
    private final BlockWriter blocks;

    // Guarded by this.
    /** Where the last write ended if it was a large one, -1 otherwise. */
    private long end = -1;
    /** What the block at that end holds. */
    private final ByteBuffer tail;

    /** A file that both arguments have open. */
    HybridFile(ChannelFile cached, BlockWriter blocks) {
        this.cached = cached;
        this.blocks = blocks;
        this.tail = ByteBuffer.allocate(blocks.buffers().blockBytes());
    }

    @Override
    public Path path() {
        return cached.path();
    }

    @Override
    public long size() throws IOException {
        return cached.size();
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        return cached.read(destination, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        write(new ByteBuffer[] {source}, position);
    }

    @Override
    public synchronized void write(ByteBuffer[] sources, long position) throws IOException {
        int length = 0;
        for (ByteBuffer source : sources) {
            length = Math.addExact(length, source.remaining());
        }
        boolean goesOn = position == end;
        end = -1; // unless all goes well
        if (length < (goesOn ? LARGE_AGAIN_BYTES : LARGE_BYTES)) {
            cached.write(sources, position);
            return;
        }
        ByteBuffer bytes = blocks.buffers().take(blocks.within(position) + length);
        try {
            putBlockUpTo(position, goesOn, bytes);
            for (ByteBuffer source : sources) {
                bytes.put(source);
            }
            keepTail(bytes);
            writeRound(bytes, position, length);
            end = position + length;
        } finally {
            blocks.buffers().giveBack(bytes);
        }
    }

    /** Begins in the midst of a block with what that holds already. */
    private void putBlockUpTo(long position, boolean goesOn, ByteBuffer bytes) throws IOException {
        int before = blocks.within(position);
        if (goesOn) {
            bytes.put(tail.duplicate().clear().limit(before));
        } else if (before > 0) {
            ByteBuffer there = ByteBuffer.allocate(before);
            cached.read(there, position - before); // short at the file's end: zeros
            bytes.put(there.clear());
        }
    }

    private void keepTail(ByteBuffer bytes) {
        int partial = blocks.within(bytes.position());
        tail.put(0, bytes, bytes.position() - partial, partial);
    }

    private void writeRound(ByteBuffer bytes, long position, int length) throws IOException {
        try {
            Uninterrupted.call(() -> {
                blocks.write(bytes, position - blocks.within(position));
                return bytes;
            });
        } catch (IOException failed) {
            throw new IOException(
                    "cannot write " + length + " bytes at byte " + position + " of " + path() + ": "
                            + failed.getMessage(),
                    failed);
        }
    }

    /** Also of what went round the cache: it may still be in the disk's own. */
    @Override
    public void force() throws IOException {
        cached.force();
    }

    @Override
    public synchronized void truncate(long size) throws IOException {
        end = -1;
        cached.truncate(size);
    }

    @Override
    public void close() throws IOException {
        try {
            blocks.close();
        } finally {
            cached.close();
        }
    }
}
