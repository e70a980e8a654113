package io.holdfast.backup.plan;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    private static final long LOOK_EVERY_BYTES = 64L << 20;

    private final Storage storage;
    private final Path root;
    private final HeapRoom heap;
    private long spareBytes;
    private long lookedAtBytes;
    /** What ended the drill; null while nothing has. */
    private @Nullable NoRoomException shortOf;

    /** @param root nobody else's; may not exist */
    DrillPlace(Storage storage, Path root) {
        this(storage, root, new HeapRoom());
    }

    DrillPlace(Storage storage, Path root, HeapRoom heap) {
        this.storage = storage;
        this.root = root;
        this.heap = heap;
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
        shortOf = null;
        lookedAtBytes = 0;
        storage.createDirectories(content());
        Space space = storage.space(root);
        long spare = Math.min(space.totalBytes() / 20, PLENTY);
        spareBytes = spare;
        long needed = contentBytes + SEGMENTS_BYTES + spare;
        if (space.isKnown() && space.freeBytes() < needed) {
            throw new NoRoomException("a drill takes " + mib(contentBytes + SEGMENTS_BYTES) + " in " + root
                    + " and leaves " + mib(spare) + " free; there are " + mib(space.freeBytes())
                    + ". Give it another place: drillDirectory(path)");
        }
        long memory = MEMORY_FACTOR * stateBytes + MEMORY_SPARE_BYTES;
        long free = heap.freeBytes();
        if (stateBytes > 0 && free < memory) {
            throw new NoRoomException("a drill holds the state once more in memory, about " + mib(memory) + ", and "
                    + mib(free) + " of the heap are free: give this node's process more (-Xmx)");
        }
    }

    /**
     * Called as it is restored: the node writes to that disk meanwhile, too.
     *
     * @throws UncheckedIOException of a {@link NoRoomException} if there is no room any more
     */
    void restored(long contentBytes) {
        if (contentBytes - lookedAtBytes < LOOK_EVERY_BYTES) {
            return;
        }
        lookedAtBytes = contentBytes;
        Space space;
        try {
            space = storage.space(root);
        } catch (IOException unknown) {
            throw new UncheckedIOException(unknown);
        }
        if (space.isKnown() && space.freeBytes() < spareBytes / 2) {
            end("there are " + mib(space.freeBytes()) + " free in " + root + " after " + mib(contentBytes)
                    + " of the drill, and half of " + mib(spareBytes)
                    + " are left to the node. Give it another place: drillDirectory(path)");
        }
    }

    /**
     * Called as the log is applied, whose new keys come on top of the state for which there was room.
     *
     * @throws UncheckedIOException as of {@link #restored}
     */
    void applied() {
        if (heap.isFull()) {
            end(
                    "a drill holds the state once more in memory, the log since its backup has made that larger, and "
                            + mib(heap.freeBytes())
                            + " of the heap are free: give this node's process more (-Xmx), or make physical backups more often");
        }
    }

    private void end(String why) {
        NoRoomException none = new NoRoomException(why);
        shortOf = none;
        throw new UncheckedIOException(none);
    }

    /** What has ended the drill by that, whatever came of it on its way; null if nothing has. */
    @Nullable
    NoRoomException shortOf() {
        return shortOf;
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
}
