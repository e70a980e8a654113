package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.catalog.Collector.Collected;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** What who has claimed the catalogue may do: make backups, delete them, collect what is left of others. Safe from any thread. */
public final class CatalogueWriter {
    private static final int ATTEMPTS = 8;

    private final BackupRepository repository;
    private final DataKeys keys;
    private final Sealed sealed;
    private final Fences fences;
    private final ManifestCache manifests;
    private final FencingToken token;
    private final Clock clock;
    private final RandomGenerator random; // guarded by itself
    private final Set<BackupId> running = ConcurrentHashMap.newKeySet();

    CatalogueWriter(
            BackupRepository repository,
            DataKeys keys,
            Sealed sealed,
            Fences fences,
            ManifestCache manifests,
            FencingToken token,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.keys = keys;
        this.sealed = sealed;
        this.fences = fences;
        this.manifests = manifests;
        this.token = token;
        this.clock = clock;
        this.random = random;
    }

    ManifestCache manifests() {
        return manifests;
    }

    /** Under which token this writes. */
    public FencingToken token() {
        return token;
    }

    /**
     * Begins a backup. It has to be closed.
     *
     * @param cluster the cluster's name
     * @param kind what it will hold
     * @param source the name of what it is of, as {@link io.holdfast.backup.BackupSource#name()} says
     * @param node the id of the node that it is taken on
     * @throws NotPublishedException if this is deposed
     * @throws IllegalArgumentException if that is no name of a source
     */
    public RunningBackup begin(String cluster, BackupKind kind, String source, String node) {
        BackupNames.check("the name of a source", source);
        fences.check(token, "a new backup");
        for (int attempt = 1; ; attempt++) {
            BackupId id;
            DataKey key;
            synchronized (random) {
                id = new BackupId(
                        Instant.ofEpochSecond(Math.floorDiv(clock.wallMillis(), 1000L)), token, random.nextInt());
                key = keys.create(id.toString(), random);
            }
            running.add(id);
            boolean begun = false;
            try {
                RunningBackup backup = new RunningBackup(this, id, key, cluster, kind, source, node);
                begun = backup.begin();
                if (begun) {
                    return backup;
                }
            } finally {
                if (!begun) {
                    running.remove(id);
                }
            }
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException("no id for a backup is free in " + repository.describe()
                        + "; does the random source repeat itself?");
            }
        }
    }

    /**
     * Copies a backup from another repository of the cluster: the same id, the same manifest, the same bytes, of which each container is
     * checked against the manifest's hash while it is copied. When this returns it is listed here, also if it was made under a lower
     * token than this one. What is left of an attempt that failed is removed by the next one, or collected.
     *
     * @param progress told of the bytes that have been copied, of all containers together; may block
     * @throws CopyFailedException if the other repository does not have it, or not whole, or cannot be read
     * @throws NotPublishedException if this is deposed
     * @throws IllegalArgumentException if a backup that it needs is not here
     */
    public Manifest copy(Catalogue from, BackupId id, Progress progress) throws IOException {
        return new BackupCopy(this, from, id, progress).copy();
    }

    /**
     * Puts parts of a log together, which must follow one another without a gap. They stay, beside the new one.
     *
     * @param ids in order
     * @param progress told of what is written; may block
     * @throws CopyFailedException if one is not there any more, is not as it was stored, or its key is not to be had; says which
     * @throws io.holdfast.backup.DamagedBackupException if what was stored now cannot be read as it was written; nothing new counts then
     * @throws NotPublishedException if this is deposed
     * @throws IllegalArgumentException if they do not follow one another
     */
    public Manifest merge(Catalogue catalogue, List<BackupId> ids, Progress progress)
            throws IOException, InterruptedException {
        Map<BackupId, Manifest> there = new HashMap<>();
        catalogue.list().backups().forEach(manifest -> there.put(manifest.id(), manifest));
        List<Manifest> parts = new ArrayList<>();
        for (BackupId id : ids) {
            Manifest part = there.get(id);
            if (part == null) {
                throw new CopyFailedException(
                        CopyFailedException.Why.GONE, id, "the part " + id + " of the log is not there any more", null);
            }
            parts.add(part);
        }
        return new PartMerge(this, catalogue, parts).merge(progress);
    }

    /**
     * Deletes a backup, its manifest first. If that is interrupted, {@link #collect} finishes it.
     *
     * @return false if there was none
     * @throws NotPublishedException if this is deposed
     * @throws IllegalStateException if another backup needs it
     */
    public boolean delete(BackupId id) {
        return !delete(List.of(id)).isEmpty();
    }

    /**
     * Deletes backups, one after the other in that order, with one look at what is there.
     *
     * @return those that there were
     * @throws NotPublishedException if this is deposed
     * @throws IllegalStateException if another backup, which is not deleted before, needs one; then that and all after it stay
     */
    public List<BackupId> delete(List<BackupId> ids) {
        fences.check(token, "deleting " + ids.size() + " backups");
        Inventory inventory = new Inventory(repository, sealed, fences, manifests);
        Set<BackupId> left = inventory.counting();
        List<BackupId> deleted = new ArrayList<>();
        for (BackupId id : ids) {
            for (BackupId other : left) {
                boolean needed = inventory
                        .manifest(other)
                        .map(m -> m.needs().contains(id))
                        .orElse(false);
                if (needed && !other.equals(id)) {
                    throw new IllegalStateException(
                            "the backup " + id + " is needed by " + other + "; delete that first");
                }
            }
            if (inventory.manifest(id).isPresent() || inventory.damage(id).isPresent()) {
                fences.check(token, "deleting the backup " + id); // those before it may have taken long
                Deletion.begin(sealed, id);
                // Left of its publishing, after which nothing is stored.
                Deletion.removeAll(repository, Layout.running(id));
                Deletion.finish(repository, id);
                deleted.add(id);
            }
            left.remove(id);
        }
        return deleted;
    }

    /**
     * Removes what is left of backups that were not finished, of those that were deleted, and of those that a deposed one
     * published. What still gives signs of life stays, and so does whatever cannot be read.
     *
     * @param silentFor how long nothing has been heard of a backup, by the repository's clock, before it counts as dead; more
     *     than any pause of a machine, an hour for instance. One that was not dead fails when it wakes up, and nothing worse
     * @throws NotPublishedException if this is deposed
     */
    public Collected collect(Duration silentFor) {
        fences.check(token, "collecting");
        return new Collector(this, silentFor).collect();
    }

    /**
     * Stores what came of a drill, and lets go of older ones.
     *
     * @param id makes the record of an id that no other has
     * @throws NotPublishedException if this is deposed
     */
    public DrillRecord drilled(Function<BackupId, DrillRecord> id, Instant began) {
        fences.check(token, "the result of a drill");
        Drills drills = new Drills(repository, sealed);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            int drawn;
            synchronized (random) {
                drawn = random.nextInt();
            }
            DrillRecord record =
                    id.apply(new BackupId(Instant.ofEpochSecond(Math.max(0, began.getEpochSecond())), token, drawn));
            if (drills.put(record, keys, random())) {
                return record;
            }
        }
        throw new IllegalStateException(
                "no id for a drill is free in " + repository.describe() + "; does the random source repeat itself?");
    }

    BackupRepository repository() {
        return repository;
    }

    Sealed sealed() {
        return sealed;
    }

    Fences fences() {
        return fences;
    }

    Clock clock() {
        return clock;
    }

    DataKeys keys() {
        return keys;
    }

    Set<BackupId> running() {
        return running;
    }

    byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        synchronized (random) {
            random.nextBytes(bytes);
        }
        return bytes;
    }

    /** Locked, as other threads may use the source, too. */
    RandomGenerator random() {
        return () -> {
            synchronized (random) {
                return random.nextLong();
            }
        };
    }

    /** By the repository's own clock. */
    long repositoryMillis() {
        String name = Layout.PROBES + HexFormat.of().formatHex(randomBytes(16));
        sealed.put(name, sealed.seal(name, Layout.PROBE_FORMAT, Sealed.nothing(), null));
        try {
            return repository.list(name).stream()
                    .mapToLong(Stored::storedMillis)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            repository.describe() + " does not list " + name + ", which it has just stored"));
        } finally {
            repository.delete(name);
        }
    }
}
