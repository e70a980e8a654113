package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A snapshot that comes from another node, from its beginning to its end, and can be gone on with after a restart: nothing
 * of it counts before all of it has been checked; see {@link SnapshotStore#accept}. Blocks; for one thread at a time.
 */
public final class IncomingSnapshot implements AutoCloseable {
    private final StorageFile file;
    private final long index;
    private final long term;
    private final long bytes;
    private long received;
    private long forced;

    IncomingSnapshot(StorageFile file, long index, long term, long bytes, long received) {
        this.file = file;
        this.index = index;
        this.term = term;
        this.bytes = bytes;
        this.received = received;
        this.forced = received;
    }

    long index() {
        return index;
    }

    long term() {
        return term;
    }

    StorageFile file() {
        return file;
    }

    /** How much is here, from the beginning on. */
    public long received() {
        return received;
    }

    /** True if nothing is missing. */
    public boolean isComplete() {
        return received == bytes;
    }

    /** Adds what comes next. */
    public void write(ByteBuffer chunk) throws IOException {
        if (chunk.remaining() > bytes - received) {
            throw new IllegalStateException(
                    chunk.remaining() + " bytes at offset " + received + " of " + file.path() + ", which has " + bytes);
        }
        int length = chunk.remaining();
        file.write(chunk, received);
        received += length;
        if (received - forced >= SnapshotWriter.FORCE_EVERY_BYTES) {
            file.force();
            forced = received;
        }
    }

    /** Closes the file, which stays. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
