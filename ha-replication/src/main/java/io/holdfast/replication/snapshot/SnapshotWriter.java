package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes a snapshot into a file of its own, section after section. It counts once {@link #finish} has returned and its
 * file has been given its name; see {@link SnapshotStore}. Blocks; for one thread at a time.
 */
public final class SnapshotWriter implements AutoCloseable {
    /** In steps, so that the log's own forces never wait behind a long one. */
    static final int FORCE_EVERY_BYTES = 4 << 20;

    private static final int MAX_SECTION = 0xFFFF;

    private final StorageFile file;
    private final SnapshotMeta meta;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BlockHeader.BYTES + BlockHeader.MAX_LENGTH);
    private long position = SnapshotHeader.BYTES;
    private long forced;
    private long blocks;
    private long content;
    private int lastSection;
    private boolean inSection;
    private boolean finished;
    private volatile boolean cancelled;

    SnapshotWriter(StorageFile file, SnapshotMeta meta, UUID clusterId) throws IOException {
        this.file = file;
        this.meta = meta;
        file.write(new SnapshotHeader(SnapshotHeader.VERSION, meta, clusterId).encode(), 0);
    }

    /** What it is to hold. */
    public SnapshotMeta meta() {
        return meta;
    }

    /** How many bytes have been written. */
    public long bytes() {
        return position;
    }

    /**
     * Begins a section; the one before must be closed.
     *
     * @param section its number, 1 to 65,535, higher than that of the one before
     * @param version of its format, 0 to 65,535
     * @return buffered; it writes the section's last block when it is closed, and leaves the file open
     */
    public OutputStream section(int section, int version) {
        if (inSection || finished) {
            throw new IllegalStateException("section " + section + " of " + file.path() + " begins within another");
        }
        if (section <= lastSection || section > MAX_SECTION || version < 0 || version > MAX_SECTION) {
            throw new IllegalArgumentException("section " + section + " in version " + version + " after section "
                    + lastSection + " of " + file.path());
        }
        inSection = true;
        lastSection = section;
        block.clear().position(BlockHeader.BYTES);
        return new Section(version);
    }

    private final class Section extends OutputStream {
        private final int version;
        private boolean closed;
        private boolean any;

        Section(int version) {
            this.version = version;
        }

        @Override
        public void write(int value) throws IOException {
            room();
            block.put((byte) value);
        }

        private void room() throws IOException {
            if (closed) {
                throw new IOException("the section of " + file.path() + " is closed");
            }
            if (!block.hasRemaining()) {
                part();
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            int at = offset;
            int end = offset + length;
            while (at < end) {
                room();
                int now = Math.min(end - at, block.remaining());
                block.put(bytes, at, now);
                at += now;
            }
        }

        private void part() throws IOException {
            int length = block.position() - BlockHeader.BYTES;
            content += length;
            writeBlock(new BlockHeader(BlockHeader.PART, length, lastSection, version, blocks));
            any = true;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                if (block.position() > BlockHeader.BYTES || !any) {
                    part(); // an empty section is a section
                }
                inSection = false;
            }
        }
    }

    private void writeBlock(BlockHeader header) throws IOException {
        if (cancelled) {
            throw new IOException("the snapshot " + file.path() + " was given up");
        }
        header.seal(block);
        block.flip();
        int length = block.remaining();
        file.write(block, position);
        position += length;
        blocks++;
        if (position - forced >= FORCE_EVERY_BYTES) {
            file.force();
            forced = position;
        }
        block.clear().position(BlockHeader.BYTES);
    }

    /** Lets what is being written fail soon. From any thread. */
    public void cancel() {
        cancelled = true;
    }

    /** Writes the end, and returns when all of it is on stable storage. */
    public void finish() throws IOException {
        if (inSection || finished) {
            throw new IllegalStateException("the end of " + file.path() + " within a section");
        }
        finished = true;
        block.clear().position(BlockHeader.BYTES);
        block.putLong(content);
        writeBlock(new BlockHeader(BlockHeader.END, Long.BYTES, 0, 0, blocks));
        file.force();
    }

    boolean isFinished() {
        return finished;
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
