package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Files that are replaced as a whole: after a crash there is the old one or the new one. */
final class SmallFiles {
    private SmallFiles() {}

    static void replace(Storage storage, Path directory, String name, ByteBuffer content) throws IOException {
        Path temporary = directory.resolve(name + ".tmp");
        if (storage.exists(temporary)) {
            storage.delete(temporary); // left by a crash
        }
        try (StorageFile file = storage.open(temporary, OpenMode.CREATE)) {
            file.write(content, 0);
            file.force();
        }
        storage.rename(temporary, directory.resolve(name));
        storage.forceDirectory(directory);
    }
}
