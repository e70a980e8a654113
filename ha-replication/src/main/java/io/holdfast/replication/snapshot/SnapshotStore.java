package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's snapshots. Each is written under a temporary name, forced, and only then given its own, whose directory is
 * forced: after a crash at any point there is all of it or nothing. Blocks; for one thread.
 */
public final class SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);
    private static final Pattern NAME = Pattern.compile("(\\d{10,19})-(\\d{1,19})\\.snap");
    private static final String UNFINISHED = ".part";
    private static final String DAMAGED = ".damaged";

    private final Storage storage;
    private final Path directory;
    private final UUID clusterId;
    /** In rising order of their indexes. */
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(long index, long term, Path path) {}

    private SnapshotStore(Storage storage, Path directory, UUID clusterId) {
        this.storage = storage;
        this.directory = directory;
        this.clusterId = clusterId;
    }

    /**
     * Opens the snapshots of a directory that exists, and removes what a crash left unfinished. Reads no snapshot.
     *
     * @param clusterId whose they must be
     */
    public static SnapshotStore open(Storage storage, Path directory, UUID clusterId) throws IOException {
        SnapshotStore store = new SnapshotStore(storage, directory, clusterId);
        boolean removed = false;
        for (Path path : storage.list(directory)) {
            String name = String.valueOf(path.getFileName());
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                store.entries.add(new Entry(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), path));
            } else if (name.endsWith(UNFINISHED)) {
                storage.delete(path);
                removed = true;
            }
        }
        store.entries.sort((a, b) -> Long.compare(a.index(), b.index()));
        if (removed) {
            storage.forceDirectory(directory);
        }
        return store;
    }

    /** Begins a snapshot, which must be newer than all others. {@link #commit} or {@link #abandon} must follow. */
    public SnapshotWriter begin(SnapshotMeta meta) throws IOException {
        if (!entries.isEmpty()
                && meta.index() <= entries.get(entries.size() - 1).index()) {
            throw new IllegalStateException("a snapshot at index " + meta.index() + " in " + directory
                    + ", which holds one at " + entries.get(entries.size() - 1).index());
        }
        Path part = part(meta);
        if (storage.exists(part)) {
            storage.delete(part); // of an attempt that failed and could not be cleared away
        }
        StorageFile file = storage.open(part, OpenMode.CREATE);
        try {
            return new SnapshotWriter(file, meta, clusterId);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private Path part(SnapshotMeta meta) {
        return directory.resolve(name(meta) + UNFINISHED);
    }

    private static String name(SnapshotMeta meta) {
        return String.format("%010d-%d.snap", meta.index(), meta.term());
    }

    /** Gives a snapshot that is {@link SnapshotWriter#finish finished} its name. It counts when this returns. */
    public void commit(SnapshotWriter writer) throws IOException {
        if (!writer.isFinished()) {
            throw new IllegalStateException(
                    "the snapshot at index " + writer.meta().index() + " is not finished");
        }
        writer.close();
        SnapshotMeta meta = writer.meta();
        Path path = directory.resolve(name(meta));
        storage.rename(part(meta), path);
        storage.forceDirectory(directory);
        entries.add(new Entry(meta.index(), meta.term(), path));
    }

    /** Removes what has been written of a snapshot. */
    public void abandon(SnapshotWriter writer) throws IOException {
        writer.close();
        storage.delete(part(writer.meta()));
    }

    /**
     * The newest snapshot that is whole, all of it read and checked; null if there is none. One that is damaged is set
     * aside under another name, said in the log, and the one before it is tried.
     *
     * @throws IOException if one belongs to another cluster, was written by a later release, or the disk fails
     */
    public @Nullable SnapshotMeta newestWhole() throws IOException {
        while (!entries.isEmpty()) {
            Entry newest = entries.get(entries.size() - 1);
            try (StorageFile file = storage.open(newest.path(), OpenMode.READ)) {
                return verified(file, newest);
            } catch (DamagedSnapshotException damage) {
                LOG.error("{}; it is set aside", damage.getMessage());
                setAside(newest);
            }
        }
        return null;
    }

    private SnapshotMeta verified(StorageFile file, Entry entry) throws IOException {
        SnapshotReader reader = new SnapshotReader(file, clusterId);
        SnapshotMeta meta = reader.meta();
        if (meta.index() != entry.index() || meta.term() != entry.term()) {
            throw new DamagedSnapshotException(
                    file.path(), 0, "it holds index " + meta.index() + " of term " + meta.term());
        }
        reader.verify();
        return meta;
    }

    private void setAside(Entry damaged) throws IOException {
        storage.rename(
                damaged.path(), damaged.path().resolveSibling(damaged.path().getFileName() + DAMAGED));
        storage.forceDirectory(directory);
        entries.remove(damaged);
    }

    /** What reads a snapshot's sections. */
    public interface Reading {
        /** Reads it; the reader is of no use afterwards. */
        void read(SnapshotReader snapshot) throws IOException;
    }

    /** Reads the snapshot at this index, which must be there. */
    public void read(long index, Reading reading) throws IOException {
        for (Entry entry : entries) {
            if (entry.index() == index) {
                try (StorageFile file = storage.open(entry.path(), OpenMode.READ)) {
                    reading.read(new SnapshotReader(file, clusterId));
                }
                return;
            }
        }
        throw new IllegalArgumentException("no snapshot at index " + index + " in " + directory);
    }

    /** Removes all but the newest ones. */
    public void keepNewest(int count) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException("of the snapshots in " + directory + " at least one is kept");
        }
        boolean removed = false;
        while (entries.size() > count) {
            storage.delete(entries.get(0).path());
            entries.remove(0);
            removed = true;
        }
        if (removed) {
            storage.forceDirectory(directory);
        }
    }
}
