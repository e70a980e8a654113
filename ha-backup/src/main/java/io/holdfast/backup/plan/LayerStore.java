package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One layer's catalogue, under the grant that it was claimed with last. Calls block. Safe from any thread. */
final class LayerStore {
    private final String name;
    private final String cluster;
    private final String node;
    private final BackupRepository repository;
    private final BackupKeys keys;
    private final Catalogue catalogue;
    private final Clock clock;
    private final RandomGenerator random;
    private volatile @Nullable CatalogueWriter writer;

    LayerStore(
            String name,
            BackupRepository repository,
            BackupKeys keys,
            String cluster,
            String node,
            Clock clock,
            RandomGenerator random) {
        this.name = name;
        this.cluster = cluster;
        this.node = node;
        this.repository = repository;
        this.keys = keys;
        this.catalogue = Catalogue.of(repository, keys);
        this.clock = clock;
        this.random = random;
    }

    String name() {
        return name;
    }

    BackupRepository repository() {
        return repository;
    }

    BackupKeys keys() {
        return keys;
    }

    /**
     * Takes it over, unless it is another cluster's: a claim voids what that one makes from then on, if its tokens are lower.
     *
     * @throws BackupRepositoryException if it holds backups of another cluster
     */
    Result.Seen claim(FencingToken token) {
        catalogue.forget(); // damage that has come since it was had last is found now
        foreign(list()).findFirst().ifPresent(other -> {
            throw new BackupRepositoryException(
                    Reason.REFUSED,
                    "the layer " + name + " holds backups of the cluster " + other.cluster() + ", such as " + other.id()
                            + ", and this is the cluster " + cluster
                            + ": give each cluster a repository of its own; if " + other.cluster()
                            + " is what this one was called before, go on with an empty repository and keep this one for restores",
                    null);
        });
        writer = catalogue.claim(token, clock, random);
        return look();
    }

    Result.Seen look() {
        Listing listing = list();
        Stream<String> strangers = foreign(listing)
                .map(other -> "the backup " + other.id() + " is of another cluster, " + other.cluster() + ", and "
                        + cluster + " leaves it alone; give each a repository of its own");
        return new Result.Seen(
                Entries.of(listing, cluster),
                Stream.concat(listing.damaged().stream().map(Object::toString), strangers)
                        .toList(),
                drills());
    }

    /** One of a backup's containers, by its name in the repository. */
    InputStream open(Manifest manifest, String object, Progress progress) throws IOException {
        return catalogue.open(manifest, object, progress);
    }

    /** What came of drills. */
    List<DrillRecord> drills() {
        return catalogue.drills().stream()
                .filter(drill -> drill.cluster().equals(cluster))
                .toList();
    }

    /** Stores what came of one, under an id that it is given. */
    DrillRecord drilled(Function<BackupId, DrillRecord> record, Instant began) {
        return writer().drilled(record, began);
    }

    /** The id of one that could not be stored. */
    BackupId unstored(Instant began) {
        return new BackupId(Instant.ofEpochSecond(Math.max(0, began.getEpochSecond())), writer().token(), 0);
    }

    private Stream<Manifest> foreign(Listing listing) {
        return listing.backups().stream().filter(manifest -> !manifest.cluster().equals(cluster));
    }

    Listing list() {
        return catalogue.list();
    }

    private CatalogueWriter writer() {
        CatalogueWriter claimed = writer;
        if (claimed == null) {
            throw new IllegalStateException("the layer " + name + " has not been claimed");
        }
        return claimed;
    }

    Manifest make(String source, BackupKind kind, Prepared prepared, Progress progress)
            throws IOException, InterruptedException {
        try (RunningBackup backup = writer().begin(cluster, kind, source, node)) {
            return backup.make(prepared, List.of(), progress);
        }
    }

    Manifest copy(LayerStore from, BackupId id, Progress progress) throws IOException {
        return writer().copy(from.catalogue, id, progress);
    }

    Manifest merge(List<BackupId> parts, Progress progress) throws IOException, InterruptedException {
        return writer().merge(catalogue, parts, progress);
    }

    /** Those are not there any more, whether or not they were. */
    List<BackupId> delete(List<BackupId> ids) {
        writer().delete(ids);
        return ids;
    }

    int collect(Duration silentFor) {
        return writer().collect(silentFor).objects();
    }
}
