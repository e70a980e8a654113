package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that says that its node has acknowledged what it had not forced. Whoever finds it at a start cannot know whether
 * the system lost something since, and what was lost leaves no trace in the log.
 */
public final class UnforcedMark {
    private static final String NAME = "unforced";

    private UnforcedMark() {}

    /** True if the node may have lost what it acknowledged. */
    public static boolean exists(Storage storage, Path directory) throws IOException {
        return storage.exists(directory.resolve(NAME));
    }

    /** Makes it, before the first acknowledgement. Returns when it is on stable storage. */
    public static void create(Storage storage, Path directory) throws IOException {
        if (!exists(storage, directory)) {
            storage.open(directory.resolve(NAME), OpenMode.CREATE).close();
            storage.forceDirectory(directory);
        }
    }

    /** Removes it: all that was acknowledged is on stable storage. */
    public static void remove(Storage storage, Path directory) throws IOException {
        if (exists(storage, directory)) {
            storage.delete(directory.resolve(NAME));
            storage.forceDirectory(directory);
        }
    }
}
