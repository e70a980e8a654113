package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;

/**
 * Deleting a backup: a mark, the manifest, the data, the mark. Without the mark a manifest that somebody has removed could not
 * be told from a deletion that was interrupted, and the data of the one would be collected like those of the other.
 */
final class Deletion {
    private static final String FORMAT = "holdfast-deleting-1";

    private Deletion() {}

    static void begin(Sealed sealed, BackupId id) {
        String name = Layout.deleting(id);
        sealed.put(name, sealed.seal(name, FORMAT, Sealed.nothing(), null));
    }

    /** Returns how many objects that removed. */
    static int finish(BackupRepository repository, BackupId id) {
        int removed = repository.delete(Layout.manifest(id)) ? 1 : 0;
        removed += removeAll(repository, Layout.data(id));
        removed += removeAll(repository, Layout.running(id));
        removed += removeAll(repository, Layout.adopted(id));
        repository.delete(Layout.deleting(id));
        return removed;
    }

    static int removeAll(BackupRepository repository, String prefix) {
        int removed = 0;
        for (Stored object : repository.list(prefix)) {
            removed += repository.delete(object.name()) ? 1 : 0;
        }
        return removed;
    }
}
