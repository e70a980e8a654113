package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A snapshot that was put into a directory from a stream, such as a backup's.
 *
 * @param logId whose state it is
 */
public record PlacedSnapshot(SnapshotMeta meta, UUID logId) {
    private static final int CHUNK_BYTES = 256 << 10;

    /**
     * Writes it, reads all of it again, and gives it its name. It is on stable storage when this returns. Blocks.
     *
     * @param directory exists, and holds no snapshot
     * @throws DamagedSnapshotException if it is not whole; it has been removed
     */
    public static PlacedSnapshot from(InputStream in, Storage storage, Path directory) throws IOException {
        Path part = directory.resolve("restored.part");
        PlacedSnapshot placed;
        try (StorageFile file = storage.open(part, OpenMode.CREATE)) {
            copy(in, file);
            file.force();
            SnapshotReader reader = new SnapshotReader(file, null);
            reader.verify();
            placed = new PlacedSnapshot(reader.meta(), reader.clusterId());
        } catch (IOException | RuntimeException e) {
            try {
                storage.delete(part);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
        storage.rename(part, directory.resolve(SnapshotStore.name(placed.meta.index(), placed.meta.term())));
        storage.forceDirectory(directory);
        return placed;
    }

    private static void copy(InputStream in, StorageFile file) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        long at = 0;
        long forced = 0;
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            file.write(ByteBuffer.wrap(chunk, 0, read), at);
            at += read;
            if (at - forced >= SnapshotWriter.FORCE_EVERY_BYTES) {
                file.force();
                forced = at;
            }
        }
    }
}
