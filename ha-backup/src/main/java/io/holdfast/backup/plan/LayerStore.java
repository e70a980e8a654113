package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One layer's catalogue, under the grant that it was claimed with last. Calls block. Safe from any thread. */
final class LayerStore {
    private final String name;
    private final String cluster;
    private final String node;
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
        this.catalogue = Catalogue.of(repository, keys);
        this.clock = clock;
        this.random = random;
    }

    String name() {
        return name;
    }

    Result.Seen claim(FencingToken token) {
        writer = catalogue.claim(token, clock, random);
        return look();
    }

    Result.Seen look() {
        Listing listing = list();
        return new Result.Seen(
                Entries.of(listing),
                listing.damaged().stream().map(Object::toString).toList());
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

    /** Those are not there any more, whether or not they were. */
    List<BackupId> delete(List<BackupId> ids) {
        writer().delete(ids);
        return ids;
    }

    int collect(Duration silentFor) {
        return writer().collect(silentFor).objects();
    }
}
