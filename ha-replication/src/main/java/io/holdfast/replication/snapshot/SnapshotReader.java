package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot from its beginning to its end, and checks every block before it shows anything of it. What is read
 * later may still be damaged: {@link #verify} first, with a reader of its own. Blocks; for one thread at a time.
 */
public final class SnapshotReader {
    private final StorageFile file;
    private final SnapshotHeader header;
    private ByteBuffer block = ByteBuffer.allocateDirect(BlockHeader.BYTES + BlockHeader.MAX_LENGTH);
    /** What has been taken lies here while the next block is read. */
    private ByteBuffer other = ByteBuffer.allocateDirect(BlockHeader.BYTES + BlockHeader.MAX_LENGTH);

    private long position = SnapshotHeader.BYTES;
    private long blocks;
    private long content;
    /** The block that has been read and not taken. */
    private @Nullable BlockHeader next;

    private int lastSection;
    private boolean ended;

    /**
     * Reads the beginning.
     *
     * @param file stays the caller's
     * @param clusterId whose it must be; null to take its word
     * @throws DamagedSnapshotException if it cannot be read
     * @throws IOException if it is another cluster's, or was written by a later release
     */
    SnapshotReader(StorageFile file, @Nullable UUID clusterId) throws IOException {
        this.file = file;
        ByteBuffer bytes = ByteBuffer.allocate(SnapshotHeader.BYTES);
        SnapshotHeader decoded = file.read(bytes, 0) < SnapshotHeader.BYTES ? null : SnapshotHeader.decode(bytes);
        if (decoded == null) {
            throw new DamagedSnapshotException(file.path(), 0, "its header cannot be read");
        }
        if (decoded.version() != SnapshotHeader.VERSION) {
            throw new IOException("snapshot " + file.path() + " has format version " + decoded.version()
                    + ", and this release reads " + SnapshotHeader.VERSION + ": start the release that wrote it");
        }
        if (clusterId != null && !clusterId.equals(decoded.clusterId())) {
            throw new IOException("snapshot " + file.path() + " belongs to cluster " + decoded.clusterId()
                    + ", and this node to cluster " + clusterId);
        }
        this.header = decoded;
    }

    /**
     * Reads one from a stream, such as a backup's, as it comes: nothing is kept but the block at hand, and {@link #verify} leads to its end.
     *
     * @param in stays the caller's
     * @throws DamagedSnapshotException if it cannot be read
     * @throws IOException if it was written by a later release
     */
    public static SnapshotReader streamed(InputStream in) throws IOException {
        return new SnapshotReader(new StreamedFile(in), null);
    }

    /** What it holds. */
    public SnapshotMeta meta() {
        return header.meta();
    }

    /** Whose state it is. */
    public UUID clusterId() {
        return header.clusterId();
    }

    /** The file's beginning, as it lies there. */
    ByteBuffer header() {
        return header.encode();
    }

    /** The next block with what precedes it, as it lies in the file; null behind the last one. Good until the next call. */
    @Nullable
    ByteBuffer nextBlock() throws IOException {
        if (ended) {
            return null;
        }
        BlockHeader found = peek();
        ended = found.kind() == BlockHeader.END;
        return ended ? block.slice(0, BlockHeader.BYTES + found.length()) : whole();
    }

    private ByteBuffer whole() throws IOException {
        ByteBuffer content = take();
        return other.slice(0, BlockHeader.BYTES + content.remaining());
    }

    /** Reads all that is left, to the end. */
    public void verify() throws IOException {
        while (peek().kind() == BlockHeader.PART) {
            take();
        }
    }

    /** The number of the section that comes next, 0 if none does. */
    public int nextSection() throws IOException {
        return peek().kind() == BlockHeader.PART ? peek().section() : 0;
    }

    /** The format version of the section that comes next. */
    public int nextVersion() throws IOException {
        return peek().sectionVersion();
    }

    /**
     * Passes over all that comes before the section of this number.
     *
     * @return false if it does not come
     */
    public boolean skipTo(int section) throws IOException {
        while (nextSection() != 0 && nextSection() < section) {
            take();
        }
        return nextSection() == section;
    }

    /** Begins the next section; what is left of the one before is passed over. Ends where the section ends. */
    public InputStream section() throws IOException {
        while (nextSection() != 0 && nextSection() == lastSection) {
            take();
        }
        BlockHeader first = peek();
        if (first.kind() != BlockHeader.PART) {
            throw new IllegalStateException("snapshot " + file.path() + " has no section after " + lastSection);
        }
        lastSection = first.section();
        return new Section(first.section());
    }

    private final class Section extends InputStream {
        private final int section;
        private final byte[] one = new byte[1];
        private @Nullable ByteBuffer bytes;

        Section(int section) {
            this.section = section;
        }

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (lastSection != section) {
                throw new IOException("section " + section + " of " + file.path() + " has been passed");
            }
            if (length == 0) {
                return 0;
            }
            ByteBuffer from = bytes;
            while (from == null || !from.hasRemaining()) {
                if (nextSection() != section) {
                    return -1;
                }
                from = take();
                bytes = from;
            }
            int now = Math.min(length, from.remaining());
            from.get(to, offset, now);
            return now;
        }
    }

    private ByteBuffer take() throws IOException {
        BlockHeader taken = peek();
        next = null;
        content += taken.length();
        ByteBuffer full = block;
        block = other;
        other = full;
        return full.slice(BlockHeader.BYTES, taken.length());
    }

    private BlockHeader peek() throws IOException {
        if (next == null) {
            next = readBlock();
        }
        return next;
    }

    private BlockHeader readBlock() throws IOException {
        block.clear();
        int read = file.read(block, position);
        BlockHeader found = read < BlockHeader.BYTES ? null : BlockHeader.decode(block);
        if (found == null || read < BlockHeader.BYTES + found.length() || !found.matches(block)) {
            throw damaged("block " + blocks + " cannot be read");
        }
        if (found.number() != blocks) {
            throw damaged("block " + found.number() + " stands where block " + blocks + " should be");
        }
        long end = position + BlockHeader.BYTES + found.length();
        if (found.kind() == BlockHeader.END) {
            if (found.length() != Long.BYTES || block.getLong(BlockHeader.BYTES) != content) {
                throw damaged("its end does not fit what is before it");
            }
            if (file.read(ByteBuffer.allocate(1), end) > 0) {
                throw new DamagedSnapshotException(file.path(), end, "something follows its end");
            }
        }
        position = end;
        blocks++;
        return found;
    }

    private DamagedSnapshotException damaged(String reason) {
        return new DamagedSnapshotException(file.path(), position, reason);
    }
}
