package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;
import java.util.List;

/**
 * A repository, and what it lists.
 *
 * @param name as it is called in messages
 * @param lost backups whose manifests somebody has removed
 */
record Layer(String name, Catalogue catalogue, Listing listing, List<BackupId> lost) {
    /** Blocks; fails as a repository does. */
    static Layer of(BackupRepository repository, BackupKeys keys) {
        return of(repository.describe(), Catalogue.of(repository, keys));
    }

    /** The same, listed anew. */
    Layer again() {
        return of(name, catalogue);
    }

    private static Layer of(String name, Catalogue catalogue) {
        List<BackupId> lost =
                catalogue.withoutManifest(); // before the manifests: a backup that is published meanwhile is not lost
        return new Layer(name, catalogue, catalogue.list(), lost);
    }

    /** True if there was a backup of that id in it when it was listed. */
    boolean lists(BackupId id) {
        return listing.backups().stream().anyMatch(backup -> backup.id().equals(id));
    }
}
