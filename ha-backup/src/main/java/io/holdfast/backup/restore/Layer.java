package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;

/**
 * A repository, and what it lists.
 *
 * @param name as it is called in messages
 */
record Layer(String name, Catalogue catalogue, Listing listing) {
    /** Blocks; fails as a repository does. */
    static Layer of(BackupRepository repository, BackupKeys keys) {
        Catalogue catalogue = Catalogue.of(repository, keys);
        return new Layer(repository.describe(), catalogue, catalogue.list());
    }
}
