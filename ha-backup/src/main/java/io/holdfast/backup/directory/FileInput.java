package io.holdfast.backup.directory;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;

/** Reads a file from a position on. */
final class FileInput extends InputStream {
    private final StorageFile file;
    private final Function<IOException, BackupRepositoryException> failure;
    private long position;

    FileInput(StorageFile file, long position, Function<IOException, BackupRepositoryException> failure) {
        this.file = file;
        this.position = position;
        this.failure = failure;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        try {
            int read = file.read(ByteBuffer.wrap(bytes, offset, length), position);
            position += read;
            return read == 0 ? -1 : read;
        } catch (IOException failed) {
            throw failure.apply(failed);
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
