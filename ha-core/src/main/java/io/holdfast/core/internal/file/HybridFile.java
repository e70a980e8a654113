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
    /** A disk that takes longer for a large write is left to the system's cache, */
    private static final long SLOW_NANOS = 20_000_000L;
    /** for so long. */
    private static final long SPARED_NANOS = 1_000_000_000L;

    private final ChannelFile cached;
    private final BlockWriter blocks;

    // Guarded by this.
    /** Where the last write ended if it was a large one, -1 otherwise. */
    private long end = -1;
    /** What the block at that end holds. */
    private final ByteBuffer tail;

    private boolean slow;
    private long slowSinceNanos;

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
        long last = end;
        boolean goesOn = last >= 0
                && position >= last
                && position - last < blocks.buffers().blockBytes();
        end = -1; // unless all goes well
        if (length < (goesOn ? LARGE_AGAIN_BYTES : LARGE_BYTES) || isSpared()) {
            cached.write(sources, position);
            return;
        }
        ByteBuffer bytes = blocks.buffers().take(blocks.within(position) + length);
        try {
            putBlockUpTo(position, goesOn ? last : -1, bytes);
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

    private boolean isSpared() {
        slow = slow && System.nanoTime() - slowSinceNanos < SPARED_NANOS;
        return slow;
    }

    /** Begins in the midst of a block with what that holds already; all behind the end of a large write is zero. */
    private void putBlockUpTo(long position, long last, ByteBuffer bytes) throws IOException {
        int before = blocks.within(position);
        if (last >= 0) {
            if (position - before <= last) {
                bytes.put(tail.duplicate().clear().limit(blocks.within(last)));
            }
            while (bytes.position() < before) {
                bytes.put((byte) 0); // records are aligned
            }
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
        long begun = System.nanoTime();
        try {
            Uninterrupted.call(() -> {
                blocks.write(bytes, position - blocks.within(position));
                return bytes;
            });
            slowSinceNanos = System.nanoTime();
            slow = slowSinceNanos - begun > SLOW_NANOS;
        } catch (IOException failed) {
            throw new IOException(
                    "cannot write " + length + " bytes at byte " + position + " of " + path() + ": "
                            + (failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage()),
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
