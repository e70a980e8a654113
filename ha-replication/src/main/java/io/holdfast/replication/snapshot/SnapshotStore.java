package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
    private static final Pattern INCOMING = Pattern.compile("(\\d{10,19})-\\d{1,19}\\.snap\\.\\d{1,19}\\.fetch");
    private static final String UNFINISHED = ".part";
    private static final String DAMAGED = ".damaged";
    /** For people to look at; more would fill the disk. */
    private static final int MOST_SET_ASIDE = 2;

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
        store.find();
        boolean removed = false;
        for (Path path : storage.list(directory)) {
            if (String.valueOf(path.getFileName()).endsWith(UNFINISHED)) {
                storage.delete(path);
                removed = true;
            }
        }
        if (removed) {
            storage.forceDirectory(directory);
        }
        return store;
    }

    private void find() throws IOException {
        for (Path path : storage.list(directory)) {
            Matcher matcher = NAME.matcher(String.valueOf(path.getFileName()));
            if (matcher.matches()) {
                entries.add(new Entry(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), path));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::index));
    }

    /** Where the snapshot with this end is, or would be. Safe from any thread. */
    public Path path(long index, long term) {
        return directory.resolve(name(index, term));
    }

    /** Reads all of a snapshot, and says so if it is damaged. Safe from any thread. */
    public void check(StorageFile file) throws IOException {
        new SnapshotReader(file, clusterId).verify();
    }

    /** Begins a snapshot, which must be newer than all others. {@link #commit} or {@link #abandon} must follow. */
    public SnapshotWriter begin(SnapshotMeta meta) throws IOException {
        if (!entries.isEmpty()
                && meta.index() <= entries.get(entries.size() - 1).index()) {
            throw new IllegalStateException("a snapshot at index " + meta.index() + " in " + directory
                    + ", which holds one at " + entries.get(entries.size() - 1).index());
        }
        return write(meta);
    }

    /**
     * Begins one that takes the place of the newest, which has the same end and cannot be read; that stays until this one is whole. {@link #commit} or
     * {@link #abandon} must follow.
     */
    public SnapshotWriter beginAgain(SnapshotMeta meta) throws IOException {
        if (meta.index() != newestIndex() || !entry(meta.index()).path().equals(path(meta.index(), meta.term()))) {
            throw new IllegalStateException("no snapshot at index " + meta.index() + " of term " + meta.term() + " in "
                    + directory + " is the newest, which is at " + newestIndex());
        }
        return write(meta);
    }

    private SnapshotWriter write(SnapshotMeta meta) throws IOException {
        Path part = part(meta);
        if (storage.exists(part)) {
            storage.delete(part); // of an attempt that failed and could not be cleared away
        }
        StorageFile file = storage.open(part, OpenMode.CREATE);
        try {
            return new SnapshotWriter(file, meta, clusterId);
        } catch (IOException | RuntimeException e) {
            file.close();
            storage.delete(part);
            throw e;
        }
    }

    private Path part(SnapshotMeta meta) {
        return directory.resolve(name(meta) + UNFINISHED);
    }

    private static String name(SnapshotMeta meta) {
        return name(meta.index(), meta.term());
    }

    static String name(long index, long term) {
        return String.format("%010d-%d.snap", index, term);
    }

    /**
     * Begins a snapshot that comes from another node, or goes on with it; another one that had been begun is removed. {@link
     * #accept} or {@link IncomingSnapshot#close} must follow.
     *
     * @param index of the last entry in it
     * @param term of that entry
     * @param bytes its length
     * @param source tells the file that it is a copy of from other snapshots of the same index
     */
    public IncomingSnapshot receive(long index, long term, long bytes, long source) throws IOException {
        Path path = directory.resolve(name(index, term) + "." + source + ".fetch");
        removeIncoming(path, Long.MAX_VALUE);
        boolean begun = storage.exists(path);
        StorageFile file = storage.open(path, begun ? OpenMode.READ_WRITE : OpenMode.CREATE);
        try {
            if (file.size() > bytes) {
                file.truncate(0);
            }
            return new IncomingSnapshot(file, index, term, bytes, file.size());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Gives a snapshot that came from another node its name, once all of it has been read and checked. It counts when this
     * returns.
     *
     * @throws DamagedSnapshotException if it is not whole; it has been removed
     */
    public SnapshotMeta accept(IncomingSnapshot incoming) throws IOException {
        if (!incoming.isComplete()) {
            throw new IllegalStateException(incoming.file().path() + " is not complete");
        }
        Path from = incoming.file().path();
        Entry entry = new Entry(
                incoming.index(), incoming.term(), directory.resolve(name(incoming.index(), incoming.term())));
        SnapshotMeta meta;
        try (incoming) {
            incoming.file().force();
            meta = verified(incoming.file(), entry);
        } catch (DamagedSnapshotException e) {
            storage.delete(from);
            throw e;
        }
        storage.rename(from, entry.path());
        storage.forceDirectory(directory);
        entries.removeIf(other -> other.index() == entry.index());
        entries.add(entry);
        entries.sort(Comparator.comparingLong(Entry::index));
        return meta;
    }

    /** Removes what had come of snapshots up to this index, but for one file. */
    private boolean removeIncoming(@Nullable Path but, long upToIndex) throws IOException {
        boolean removed = false;
        for (Path path : storage.list(directory)) {
            Matcher matcher = INCOMING.matcher(String.valueOf(path.getFileName()));
            if (matcher.matches() && !path.equals(but) && Long.parseLong(matcher.group(1)) <= upToIndex) {
                storage.delete(path);
                removed = true;
            }
        }
        return removed;
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
        entries.removeIf(other -> other.index() == meta.index());
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
        List<Path> aside = storage.list(directory).stream()
                .filter(path -> String.valueOf(path.getFileName()).endsWith(DAMAGED))
                .toList();
        for (int i = 0; i < aside.size() - MOST_SET_ASIDE; i++) {
            storage.delete(aside.get(i));
        }
        storage.forceDirectory(directory);
        entries.remove(damaged);
    }

    /** The index of the newest one, 0 if there is none. */
    public long newestIndex() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
    }

    /**
     * The newest snapshot of a node that is not running, all of it checked; null if there is none. Changes nothing.
     *
     * @throws DamagedSnapshotException if it is not whole
     */
    public static @Nullable SnapshotFile newest(Storage storage, Path directory, UUID clusterId) throws IOException {
        SnapshotStore store = new SnapshotStore(storage, directory, clusterId);
        store.find();
        if (store.entries.isEmpty()) {
            return null;
        }
        Entry newest = store.entries.get(store.entries.size() - 1);
        try (StorageFile file = storage.open(newest.path(), OpenMode.READ)) {
            store.verified(file, newest);
        }
        return new SnapshotFile(storage, newest.path(), clusterId);
    }

    /** The snapshot at this index, which must be there. */
    public SnapshotFile file(long index) {
        return new SnapshotFile(storage, entry(index).path(), clusterId);
    }

    /** Opens the newest one; null if there is none. It can be read until it is closed, also if it is removed meanwhile. */
    public @Nullable OpenSnapshot openNewest() throws IOException {
        if (entries.isEmpty()) {
            return null;
        }
        StorageFile file = storage.open(entries.get(entries.size() - 1).path(), OpenMode.READ);
        try {
            return new OpenSnapshot(new SnapshotReader(file, clusterId).meta(), file, file.size());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Its length in bytes. */
    public long bytes(long index) throws IOException {
        try (StorageFile file = storage.open(entry(index).path(), OpenMode.READ)) {
            return file.size();
        }
    }

    private Entry entry(long index) {
        for (Entry entry : entries) {
            if (entry.index() == index) {
                return entry;
            }
        }
        throw new IllegalArgumentException("no snapshot at index " + index + " in " + directory);
    }

    /** Removes all but the newest ones, and what had come of others. */
    public void keepNewest(int count) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException("of the snapshots in " + directory + " at least one is kept");
        }
        boolean removed = !entries.isEmpty()
                && removeIncoming(null, entries.get(entries.size() - 1).index());
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
