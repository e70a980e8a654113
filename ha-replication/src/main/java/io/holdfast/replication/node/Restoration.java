package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.OfflineRestore.UpTo;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.snapshot.PlacedSnapshot;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * See {@link io.holdfast.replication.OfflineRestore}. All is put together beside the directory, and gets its name in the end: a crash leaves no
 * directory that a node would take for one. The place beside it is locked meanwhile, so that of two restores into one directory one is refused,
 * and never a mixture of both published.
 *
 * <p>The new epoch is in the terms: the upper 16 of their 64 bits, as in a {@link FencingToken}.
 */
public final class Restoration {
    private final Storage storage = Storage.files();
    private final Target target;
    /** Where one restore at a time is at work. */
    private final Path site;
    /** Where it is put together. */
    private final Path building;

    private final Path parent;

    private final List<Voter> others;
    private final Address address;
    private final int epoch;
    private final UpTo upTo;
    private final RandomGenerator random;

    private Restoration(Target target, int epoch, UpTo upTo, RandomGenerator random) throws IOException {
        if (epoch < 1 || epoch > Short.MAX_VALUE) {
            throw new IllegalArgumentException("epoch " + epoch + " is not within 1 to " + Short.MAX_VALUE);
        }
        this.parent = checkEmpty(storage, target);
        this.target = target;
        this.site = parent.resolve(target.directory().toAbsolutePath().getFileName() + ".restoring");
        this.building = site.resolve("node");
        this.others = others(target);
        this.address = Address.parse(target.address());
        this.epoch = epoch;
        this.upTo = upTo;
        this.random = random;
    }

    private static List<Voter> others(Target target) {
        List<Voter> others = new ArrayList<>();
        for (String other : target.others()) {
            int at = other.indexOf('@');
            if (at < 1) {
                throw new IllegalArgumentException(
                        "\"" + other + "\" is no node with its address; write node@host:port");
            }
            String id = other.substring(0, at);
            if (!id.equals(target.nodeId())) {
                others.add(new Voter(id, Voter.NO_DISK, Address.parse(other.substring(at + 1))));
            }
        }
        return others;
    }

    /** What of a target can be found out beforehand. */
    public static void check(Target target) throws IOException {
        checkEmpty(Storage.files(), target);
        others(target);
        Address.parse(target.address());
    }

    /** Returns the directory above. */
    private static Path checkEmpty(Storage storage, Target target) throws IOException {
        Path directory = target.directory().toAbsolutePath();
        Path above = directory.getParent();
        if (above == null) {
            throw new IllegalArgumentException(directory + " is a root; name a directory in it");
        }
        if (storage.exists(directory) && !storage.list(directory).isEmpty()) {
            throw new IllegalArgumentException(
                    directory + " is not empty; nothing is overwritten: name another directory, or move that one away");
        }
        return above;
    }

    /** See {@link io.holdfast.replication.OfflineRestore#restore}. */
    public static Restored restore(
            Target target,
            int epoch,
            InputStream snapshot,
            @Nullable InputStream log,
            UpTo upTo,
            RandomGenerator random)
            throws IOException {
        return new Restoration(target, epoch, upTo, random).restore(snapshot, log);
    }

    private Restored restore(InputStream snapshot, @Nullable InputStream log) throws IOException {
        storage.createDirectories(site);
        AutoCloseable lock = lock();
        Restored restored;
        try {
            checkEmpty(storage, target); // again: another restore may have ended since
            restored = replace(snapshot, log);
        } finally {
            LostQuorum.unlock(lock, site);
        }
        clear();
        return restored;
    }

    private AutoCloseable lock() throws IOException {
        try {
            return storage.lock(site);
        } catch (IOException held) {
            throw new IOException(
                    "another restore into " + target.directory() + " may be under way: " + held.getMessage(), held);
        }
    }

    /**
     * Whoever takes what was locked for a lock of his own by now finds that the directory is not empty. After a failure that would not be so: then it stays, for
     * the next attempt.
     */
    private void clear() {
        try {
            for (Path file : storage.list(site)) {
                storage.delete(file);
            }
            storage.delete(site);
        } catch (IOException inUse) {
            // What is restored is restored; nobody needs what is left.
        }
    }

    private Restored replace(InputStream snapshot, @Nullable InputStream log) throws IOException {
        remove(building); // of an attempt that did not end
        try {
            if (storage.exists(target.directory())) {
                storage.delete(target.directory()); // which is empty; if it cannot be replaced that is found out first
            }
            storage.createDirectories(building.resolve("snapshots"));
            storage.createDirectories(building.resolve("log"));
            Restored restored = build(snapshot, log);
            storage.forceDirectory(building);
            storage.rename(building, target.directory().toAbsolutePath());
            storage.forceDirectory(parent);
            return restored;
        } catch (IOException | RuntimeException e) {
            try {
                remove(building);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private void remove(Path directory) throws IOException {
        if (!storage.exists(directory)) {
            return;
        }
        for (String part : List.of("snapshots", "log", "")) {
            Path of = part.isEmpty() ? directory : directory.resolve(part);
            for (Path file : storage.list(of)) {
                storage.delete(file);
            }
            if (storage.exists(of)) {
                storage.delete(of);
            }
        }
    }

    private Restored build(InputStream snapshot, @Nullable InputStream log) throws IOException {
        Path snapshots = building.resolve("snapshots");
        PlacedSnapshot placed = PlacedSnapshot.from(snapshot, storage, snapshots);
        SnapshotMeta meta = placed.meta();
        if (meta.index() > upTo.index() || meta.wallMillis() > upTo.wallMillis()) {
            throw new IllegalArgumentException("the snapshot is of index " + meta.index() + ", written at "
                    + meta.wallMillis() + " ms, which is later than is wanted: begin with an earlier one");
        }
        Configuration inSnapshot = StoredState.configuration(
                SnapshotStore.open(storage, snapshots, placed.logId()).file(meta.index()));
        UUID diskId = newId();
        Voter self = new Voter(target.nodeId(), diskId, address);
        try (HardStateFile vote = HardStateFile.create(storage, building);
                SegmentedLog end = SegmentedLog.open(
                        storage,
                        building.resolve("log"),
                        LogOptions.defaults(),
                        placed.logId(),
                        random,
                        SoleVoter.SAME_THREAD,
                        new LogBase(meta.index(), meta.term()))) {
            LogIntake intake = new LogIntake(
                    end,
                    upTo.index(),
                    upTo.wallMillis(),
                    true,
                    inSnapshot,
                    meta.wallMillis(),
                    target.nodeId(),
                    FeatureLevel.SUPPORTED);
            if (log != null) {
                intake.append(new BatchStream(log));
            }
            long index = end.lastIndex();
            long term = end.lastTerm();
            int before = new FencingToken(term).epoch();
            if (before >= epoch) {
                throw new IllegalArgumentException("epoch " + epoch + " is not larger than " + before
                        + ", which is that of entry " + index + ": tokens would not rise");
            }
            Configuration alone = new Configuration(List.of(self), List.of(), others).at(intake.level());
            SoleVoter.begin(
                    vote,
                    end,
                    alone,
                    FencingToken.of(epoch, 1).value(),
                    new LastBatchTime(meta.wallMillis(), meta.masterNanos()));
            Identity identity = new Identity(
                            target.clusterName(),
                            newId(),
                            placed.logId(),
                            target.nodeId(),
                            diskId,
                            State.FORMED,
                            false,
                            List.of(self))
                    .with(alone)
                    .at(inSnapshot.level(), intake.level());
            IdentityFile.save(storage, building, identity);
            return new Restored(
                    identity.clusterId().toString(),
                    diskId.toString(),
                    meta.index(),
                    index,
                    term,
                    intake.lastWallMillis(),
                    epoch);
        }
    }

    private UUID newId() {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
