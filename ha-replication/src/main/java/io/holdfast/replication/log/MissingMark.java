package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file {@code missing}: the log was cut where it was damaged, and up to this index entries are known to be committed. A
 * log that ends before it, this node's or another one's, is not whole.
 */
final class MissingMark {
    private static final String NAME = "missing";
    private static final int BYTES = Long.BYTES + Integer.BYTES;

    private MissingMark() {}

    /** The index; 0 if there is no such file. */
    static long read(Storage storage, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (!storage.exists(path)) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            if (file.read(bytes, 0) < BYTES || bytes.getInt(Long.BYTES) != crc(bytes)) {
                throw new DamagedFileException(path, "it cannot be read");
            }
        }
        return bytes.getLong(0);
    }

    /** Returns when it is on stable storage. */
    static void write(Storage storage, Path directory, long index) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        bytes.putLong(0, index);
        bytes.putInt(Long.BYTES, crc(bytes));
        SmallFiles.replace(storage, directory, NAME, bytes);
    }

    static void remove(Storage storage, Path directory) throws IOException {
        if (storage.exists(directory.resolve(NAME))) {
            storage.delete(directory.resolve(NAME));
            storage.forceDirectory(directory);
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, Long.BYTES));
        return (int) crc.getValue();
    }
}
