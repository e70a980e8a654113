package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;

/**
 * A snapshot whose file is open.
 *
 * @param file whoever has this closes it
 * @param bytes its length
 */
public record OpenSnapshot(SnapshotMeta meta, StorageFile file, long bytes) {
    /**
     * Its bytes from the beginning, each block of which is checked before it is handed out. Reading blocks, and throws {@link
     * DamagedSnapshotException}; closing does nothing.
     *
     * @param damaged is run when damage is found, on the thread that reads
     */
    public InputStream checked(Runnable damaged) throws IOException {
        return new CheckedSnapshot(new SnapshotReader(file, null), damaged);
    }
}
