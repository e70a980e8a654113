package io.holdfast.replication.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot's file as it is, of which no byte is handed out before its block has been checked, and the end of which comes only where a
 * snapshot ends. So a copy is never taken of a damaged one. Blocks; for one thread.
 */
final class CheckedSnapshot extends InputStream {
    private final SnapshotReader reader;
    private final Runnable damaged;
    private @Nullable ByteBuffer bytes;

    /**
     * @param reader at its beginning
     * @param damaged is run when damage is found
     */
    CheckedSnapshot(SnapshotReader reader, Runnable damaged) {
        this.reader = reader;
        this.damaged = damaged;
        this.bytes = reader.header();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        ByteBuffer from = bytes;
        if (from != null && !from.hasRemaining()) {
            from = nextBlock();
            bytes = from;
        }
        if (from == null) {
            return -1;
        }
        int now = Math.min(length, from.remaining());
        from.get(to, offset, now);
        return now;
    }

    private @Nullable ByteBuffer nextBlock() throws IOException {
        try {
            return reader.nextBlock();
        } catch (DamagedSnapshotException e) {
            damaged.run();
            throw e;
        }
    }
}
