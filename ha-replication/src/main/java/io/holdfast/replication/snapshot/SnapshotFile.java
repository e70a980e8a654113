package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** A snapshot in its place. Safe from any thread; blocks. */
public final class SnapshotFile {
    private final Storage storage;
    private final Path path;
    private final UUID clusterId;

    SnapshotFile(Storage storage, Path path, UUID clusterId) {
        this.storage = storage;
        this.path = path;
        this.clusterId = clusterId;
    }

    /** What reads a snapshot's sections. */
    public interface Reading<T> {
        /** Reads it; the reader is of no use afterwards. */
        T read(SnapshotReader snapshot) throws IOException;
    }

    /** Opens it, has it read, and closes it. */
    public <T> T read(Reading<T> reading) throws IOException {
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            return reading.read(new SnapshotReader(file, clusterId));
        }
    }

    /** Its path. */
    public Path path() {
        return path;
    }
}
