package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository.Stored;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Manifests that were read, so that each look at a repository reads only those that are new: what stands under a name never changes. It may
 * be deleted, and another object stored under it, such as a mark that the backup was given up for dead: then the time or the length is another.
 * Damage that comes to one afterwards is found by whoever reads all, as {@code verify} does.
 *
 * <p>Bounded: of more than {@value #MOST} the others are read each time. Safe from any thread.
 */
final class ManifestCache {
    /** Of about 1 KiB each. */
    static final int MOST = 32_768;

    private final Map<BackupId, Known> known = new HashMap<>(); // guarded by this

    private record Known(long bytes, long storedMillis, Manifest manifest) {}

    /** The manifest that this object is, if it was read before. */
    synchronized Optional<Manifest> get(BackupId id, Stored object) {
        Known found = known.get(id);
        return found != null && found.bytes == object.bytes() && found.storedMillis == object.storedMillis()
                ? Optional.of(found.manifest)
                : Optional.empty();
    }

    /** That object was read, and is this. */
    synchronized void put(Stored object, Manifest manifest) {
        if (known.size() < MOST || known.containsKey(manifest.id())) {
            known.put(manifest.id(), new Known(object.bytes(), object.storedMillis(), manifest));
        }
    }

    /** Only those are there by now. */
    synchronized void keepOnly(Set<BackupId> listed) {
        known.keySet().retainAll(listed);
    }

    /** All are read again. */
    synchronized void clear() {
        known.clear();
    }
}
