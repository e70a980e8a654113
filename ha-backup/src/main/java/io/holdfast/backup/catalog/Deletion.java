package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;

/**
 * Deleting a backup: a mark, the manifest, the data, the mark. Without the mark a manifest that somebody has removed could not
 * be told from a deletion that was interrupted, and the data of the one would be collected like those of the other. Signs of life are not
 * touched: who gives them may still store data.
 */
final class Deletion {
    private static final String FORMAT = "holdfast-deleting-1";

    private Deletion() {}

    static void begin(Sealed sealed, BackupId id) {
        String name = Layout.deleting(id);
        sealed.put(name, sealed.seal(name, FORMAT, Sealed.nothing(), null));
    }

    /** All but the mark; returns how many objects that were. */
    static int remove(BackupRepository repository, BackupId id) {
        int removed = repository.delete(Layout.manifest(id)) ? 1 : 0;
        removed += removeAll(repository, Layout.data(id));
        removed += removeAll(repository, Layout.adopted(id));
        return removed;
    }

    static void finish(BackupRepository repository, BackupId id) {
        remove(repository, id);
        repository.delete(Layout.deleting(id));
    }

    static int removeAll(BackupRepository repository, String prefix) {
        int removed = 0;
        for (Stored object : repository.list(prefix)) {
            removed += repository.delete(object.name()) ? 1 : 0;
        }
        return removed;
    }
}
