package io.holdfast.backup.plan;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Where drills restore to: a directory of this node's alone, which is removed before and after each, so that a crash leaves it until the node is
 * started again and no longer. What is not a restore's in it stays, and no drill takes place then. Blocks; for one thread at a time.
 */
final class DrillPlace {
    /** What a restore makes, what is deepest first. */
    private static final List<String> PARTS = List.of(
            "node.restoring/node/snapshots",
            "node.restoring/node/log",
            "node.restoring/node",
            "node.restoring",
            "node/snapshots",
            "node/log",
            "node");

    private static final long SEGMENTS_BYTES = 256L << 20;
    private static final long PLENTY = 16L << 30;
    /** Keys, values and what holds them take so much more memory than their bytes in a backup. */
    private static final int MEMORY_FACTOR = 3;

    private static final long MEMORY_SPARE_BYTES = 64L << 20;

    private final Storage storage;
    private final Path root;
    private final LongSupplier freeMemory;

    /** @param root nobody else's; may not exist */
    DrillPlace(Storage storage, Path root) {
        this(storage, root, DrillPlace::freeHeap);
    }

    DrillPlace(Storage storage, Path root, LongSupplier freeMemory) {
        this.storage = storage;
        this.root = root;
        this.freeMemory = freeMemory;
    }

    /** There is no room for it: a node that does its work must not be in want because of a trial. */
    static final class NoRoomException extends IOException {
        private static final long serialVersionUID = 1;

        NoRoomException(String message) {
            super(message);
        }
    }

    /** Where the node's directory is to be made. */
    Path node() {
        return root.resolve("node");
    }

    /** Where a check may restore whatever it is. */
    Path content() {
        return root.resolve("content");
    }

    /**
     * Makes it, empty.
     *
     * @param contentBytes what will be restored
     * @param stateBytes how much of that is the state, which will be in memory once more; 0 if none is
     * @throws NoRoomException if that does not fit
     */
    void prepare(long contentBytes, long stateBytes) throws IOException {
        clear();
        storage.createDirectories(content());
        Space space = storage.space(root);
        long spare = Math.min(space.totalBytes() / 20, PLENTY);
        long needed = contentBytes + SEGMENTS_BYTES + spare;
        if (space.isKnown() && space.freeBytes() < needed) {
            throw new NoRoomException("a drill takes " + mib(contentBytes + SEGMENTS_BYTES) + " in " + root
                    + " and leaves " + mib(spare) + " free; there are " + mib(space.freeBytes())
                    + ". Give it another place: drillDirectory(path)");
        }
        long memory = MEMORY_FACTOR * stateBytes + MEMORY_SPARE_BYTES;
        long free = freeMemory.getAsLong();
        if (stateBytes > 0 && free < memory) {
            throw new NoRoomException("a drill holds the state once more in memory, about " + mib(memory) + ", and "
                    + mib(free) + " of the heap are free: give this node's process more (-Xmx)");
        }
    }

    private static String mib(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    /** Removes what a drill has left. */
    void clear() throws IOException {
        Trees.remove(content());
        for (String part : PARTS) {
            Path directory = root.resolve(part);
            if (storage.exists(directory)) {
                for (Path file : storage.list(directory)) {
                    storage.delete(file);
                }
                storage.delete(directory);
            }
        }
        if (storage.exists(root)) {
            storage.delete(root);
        }
    }

    /** What waits for being collected counts as used: rather no drill than a node without memory. */
    private static long freeHeap() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }
}
