package io.holdfast.backup.directory;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file from its beginning on, and gives dirty pages to the disk by and by, so that the last force is not one of
 * gigabytes. Failures of the file are the repository's, not {@code IOException}s, which are the content's. After one of them the file has a hole, so
 * each later call fails as that one did.
 */
final class FileOutput extends OutputStream {
    /** As of a snapshot: on the same disk the log's own forces wait behind each of these. */
    private static final int FORCE_EVERY_BYTES = 4 << 20;

    private static final int BUFFER_BYTES = 128 << 10;

    private final StorageFile file;
    private final Function<IOException, BackupRepositoryException> failure;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long position;
    private long forcedTo;
    private @Nullable IOException broken;

    FileOutput(StorageFile file, Function<IOException, BackupRepositoryException> failure) {
        this.file = file;
        this.failure = failure;
    }

    @Override
    public void write(int b) {
        checkWhole();
        if (!buffer.hasRemaining()) {
            drain();
        }
        buffer.put((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        checkWhole();
        int done = 0;
        while (done < length) {
            if (!buffer.hasRemaining()) {
                drain();
            }
            int piece = Math.min(buffer.remaining(), length - done);
            buffer.put(bytes, offset + done, piece);
            done += piece;
        }
    }

    private void checkWhole() {
        if (broken != null) {
            throw failure.apply(broken);
        }
    }

    private BackupRepositoryException breaks(IOException failed) {
        broken = failed;
        return failure.apply(failed);
    }

    private void drain() {
        try {
            buffer.flip();
            int length = buffer.remaining();
            file.write(buffer, position);
            position += length;
            buffer.clear();
            if (position - forcedTo >= FORCE_EVERY_BYTES) {
                file.force();
                forcedTo = position;
            }
        } catch (IOException failed) {
            throw breaks(failed);
        }
    }

    /** Returns when all of it is on stable storage. */
    void finish() {
        checkWhole();
        drain();
        try {
            file.force();
        } catch (IOException failed) {
            throw breaks(failed);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failed) {
            throw failure.apply(failed);
        }
    }
}
