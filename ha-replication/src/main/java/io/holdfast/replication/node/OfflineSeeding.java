package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SeedMark;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** See {@link io.holdfast.replication.OfflineSeed}. */
public final class OfflineSeeding {
    /** The lock of a directory, and marks of who has it. */
    private static final String LOCK = "lock";

    private OfflineSeeding() {}

    /** See {@link io.holdfast.replication.OfflineSeed#check}. */
    public static void check(Path directory) throws IOException {
        check(Storage.files(), directory);
    }

    private static void check(Storage storage, Path directory) throws IOException {
        SeedMark mark = SeedMark.read(storage, directory);
        boolean unfinished = mark != null && !mark.whole();
        for (Path each : storage.list(directory)) {
            String name = String.valueOf(each.getFileName());
            if (!unfinished && !name.equals(LOCK) && !name.startsWith(LOCK + ".")) {
                throw new IllegalArgumentException(directory
                        + " is not empty; nothing is overwritten: name another directory, or move that one away");
            }
        }
    }

    /** See {@link io.holdfast.replication.OfflineSeed#into}. */
    public static Seeded seed(Path directory, RandomGenerator random, String logId, InputStream state, InputStream log)
            throws IOException {
        Storage storage = Storage.files();
        check(storage, directory);
        storage.createDirectories(directory);
        AutoCloseable lock = storage.lock(directory);
        try {
            check(storage, directory); // again: somebody may have been at it until now
            return new SeedDirectory(storage, directory)
                    .build(LogOptions.defaults(), FeatureLevel.SUPPORTED, "this release", random, logId, state, log);
        } finally {
            LostQuorum.unlock(lock, directory);
        }
    }
}
