package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where log files go that are no part of the log any more and hold something that no other file of this node does: what was
 * damaged, or cut off because a master said otherwise. For people to look at; nothing is ever read from it. It is bounded:
 * the oldest go first. Blocks.
 */
final class Quarantine {
    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final int MOST_FILES = 4;

    private final Storage storage;
    private final Path directory;

    /** @param directory need not exist */
    Quarantine(Storage storage, Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** Moves a closed file here. Durable once the directory that it came from is forced. */
    void take(Path file) throws IOException {
        storage.createDirectories(directory);
        String name = String.valueOf(file.getFileName());
        Path to = directory.resolve(name);
        for (int copy = 1; storage.exists(to); copy++) {
            to = directory.resolve(name + "." + copy);
        }
        storage.rename(file, to);
        LOG.warn("{} is no part of the log any more and was moved to {}", file, to);
        List<Path> all = storage.list(directory);
        for (int i = 0; i < all.size() - MOST_FILES; i++) {
            if (!all.get(i).equals(to)) {
                storage.delete(all.get(i));
            }
        }
        storage.forceDirectory(directory);
    }

    /** True if a file holds nothing but what a segment begins with. */
    static boolean isEmpty(Storage storage, Path file) throws IOException {
        try (StorageFile opened = storage.open(file, OpenMode.READ)) {
            return new Window().allZero(opened, SegmentHeader.BYTES);
        }
    }
}
