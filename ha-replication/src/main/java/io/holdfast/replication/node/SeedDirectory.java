package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.HardState;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SeedMark;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.snapshot.PlacedSnapshot;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A directory with the state and the log of a cluster of which the node is no part yet. There is no identity in it yet: who the node is, and
 * of which cluster, is decided when it joins, and a disk id is drawn then as for an empty directory. So nobody has ever counted on a
 * vote of this disk, and none can be forgotten; the vote's term is that of the last entry, since no term ends before what it has in the log.
 *
 * <p>Neither the snapshot nor what is in the log after it is taken for decided here, although it was where it came from: the snapshot counts once the
 * master is found to have its last entry, and the log is compared as that of whoever comes back, and replaced where the master has it otherwise.
 *
 * <p>A mark says first that a seed is being put there, and last that it is whole; in between it counts for nothing.
 */
final class SeedDirectory {
    private static final List<String> PARTS = List.of("snapshots", "log");
    private static final String VOTE = "vote";

    private final Storage storage;
    private final Path directory;

    SeedDirectory(Storage storage, Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** True if nothing of a log is there, of whatever origin. */
    boolean isFresh() throws IOException {
        for (String part : PARTS) {
            if (!storage.list(directory.resolve(part)).isEmpty()) {
                return false;
            }
        }
        return !storage.exists(directory.resolve(VOTE)) && !isOfACluster();
    }

    /**
     * Puts it there.
     *
     * @param level the highest level of a log that is supported
     * @param node who says so, in messages
     * @throws IllegalStateException if it takes a later release
     */
    Seeded build(
            LogOptions options,
            int level,
            String node,
            RandomGenerator random,
            String logId,
            InputStream state,
            InputStream log)
            throws IOException {
        SeedMark.building(logId).write(storage, directory);
        clear();
        for (String part : PARTS) {
            storage.createDirectories(directory.resolve(part));
        }
        Path snapshots = directory.resolve("snapshots");
        PlacedSnapshot placed = PlacedSnapshot.from(state, storage, snapshots);
        SnapshotMeta meta = placed.meta();
        Configuration members = StoredState.configuration(
                SnapshotStore.open(storage, snapshots, placed.logId()).file(meta.index()));
        Seeded seeded;
        try (HardStateFile vote = HardStateFile.create(storage, directory);
                SegmentedLog end = SegmentedLog.open(
                        storage,
                        directory.resolve("log"),
                        options,
                        placed.logId(),
                        random,
                        SoleVoter.SAME_THREAD,
                        new LogBase(meta.index(), meta.term()))) {
            new LogIntake(end, Long.MAX_VALUE, Long.MAX_VALUE, false, members, meta.wallMillis(), node, level)
                    .append(new BatchStream(log));
            SoleVoter.force(end);
            vote.save(new HardState(end.lastTerm(), ""));
            seeded = new Seeded(logId, meta.index(), end.lastIndex(), end.lastTerm());
        }
        new SeedMark(true, logId, seeded.index(), seeded.term()).write(storage, directory);
        return seeded;
    }

    /** True if the snapshot, without which the log is of no use, is of that node's log. */
    boolean holdsLogOf(Identity identity) throws IOException {
        return SnapshotStore.newest(storage, directory.resolve("snapshots"), identity.logId()) != null;
    }

    /** Who still asks for a cluster that may be formed already has said who it is, and nothing else. */
    private boolean isOfACluster() throws IOException {
        Identity identity = IdentityFile.load(storage, directory);
        return identity != null && identity.state() == Identity.State.FORMED;
    }

    /** Removes all but the mark. Only of a directory that is no part of a cluster. */
    private void clear() throws IOException {
        if (isOfACluster()) {
            throw new IllegalStateException(directory + " is a node's, and is not emptied");
        }
        for (String part : PARTS) {
            for (Path file : storage.list(directory.resolve(part))) {
                storage.delete(file);
            }
        }
        if (storage.exists(directory.resolve(VOTE))) {
            storage.delete(directory.resolve(VOTE));
        }
    }

    /** Makes it empty again. Only of a directory in which a mark is, and that is no part of a cluster. */
    void remove() throws IOException {
        clear();
        for (String part : PARTS) {
            if (storage.exists(directory.resolve(part))) {
                storage.forceDirectory(directory.resolve(part)); // or a crash brings it back, without the mark
            }
        }
        storage.forceDirectory(directory);
        SeedMark.remove(storage, directory);
    }
}
