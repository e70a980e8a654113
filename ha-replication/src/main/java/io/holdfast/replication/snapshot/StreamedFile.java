package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A stream as a file that is read from its beginning to its end, a block at a time; what was passed is gone. For one thread. */
final class StreamedFile implements StorageFile {
    private static final Path NAME = Path.of("from-a-stream");

    private final InputStream in;
    /** Begins at {@link #start}. */
    private final byte[] window = new byte[BlockHeader.BYTES + BlockHeader.MAX_LENGTH];

    private long start;
    private int filled;

    StreamedFile(InputStream in) {
        this.in = in;
    }

    @Override
    public Path path() {
        return NAME;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        if (position < start || position > start + filled) {
            throw new IllegalStateException(
                    "a stream at " + start + ", with " + filled + " bytes in memory, is read at " + position);
        }
        int passed = (int) (position - start);
        filled -= passed;
        System.arraycopy(window, passed, window, 0, filled);
        start = position;
        int wanted = Math.min(destination.remaining(), window.length);
        if (filled < wanted) {
            filled += in.readNBytes(window, filled, wanted - filled);
        }
        int read = Math.min(wanted, filled);
        destination.put(window, 0, read);
        return read;
    }

    @Override
    public long size() {
        throw new UnsupportedOperationException("a stream's length is not known");
    }

    @Override
    public void write(ByteBuffer[] sources, long position) {
        throw readOnly();
    }

    @Override
    public void write(ByteBuffer source, long position) {
        throw readOnly();
    }

    @Override
    public void force() {
        throw readOnly();
    }

    @Override
    public void truncate(long size) {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("a stream is read only");
    }

    @Override
    public void close() {
        // whoever has the stream closes it
    }
}
