package io.holdfast.backup.plan;

import io.holdfast.backup.DrillCheck;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.util.Optional;

/** Has a check of the user's restore a backup, and reads what of it that does not read. */
final class OneSourceDrill extends OneDrill {
    private final Job.SourceDrill drill;
    private final DrillCheck check;

    OneSourceDrill(
            String cluster,
            String node,
            LayerStore store,
            DrillPlace place,
            Job.SourceDrill drill,
            JobWatch watch,
            Clock clock,
            DrillCheck check) {
        super(cluster, node, store, place, drill, watch, clock);
        this.drill = drill;
        this.check = check;
    }

    @Override
    Found restore() throws IOException, InterruptedException {
        Manifest manifest = store.list().backups().stream()
                .filter(each -> each.id().equals(drill.id()))
                .findFirst()
                .orElseThrow(() -> new IOException("the backup " + drill.id() + " of " + drill.source()
                        + " is not there any more, or its manifest cannot be read"));
        watch.of(manifest.storedBytes());
        prepare(manifest.contentBytes(), 0);
        CheckedBackup backup = new CheckedBackup(store, manifest, place.content(), watch);
        String said = check.check(backup);
        backup.readTheRest();
        return new Found(Outcome.PROVEN, said);
    }

    @Override
    String backup() {
        return drill.id().toString();
    }

    @Override
    Optional<BackupId> reading() {
        return Optional.of(drill.id());
    }

    @Override
    Reached reached() {
        return new Reached("", 0, 0);
    }
}
