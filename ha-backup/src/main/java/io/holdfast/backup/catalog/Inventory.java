package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.catalog.Catalogue.Listing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was under {@code backups/} at one moment, read. */
final class Inventory {
    static final String ABANDONED_FORMAT = "holdfast-abandoned-1";

    private final Map<BackupId, Manifest> whole = new LinkedHashMap<>();
    private final Map<BackupId, Damage> damaged = new LinkedHashMap<>();
    private final List<Damage> strangers = new ArrayList<>();
    private final Map<BackupId, Stored> abandoned = new TreeMap<>();
    private final Fences.State fences;

    /** @param cache of manifests that need not be read again */
    Inventory(BackupRepository repository, Sealed sealed, Fences fences, ManifestCache cache) {
        Set<BackupId> listed = new HashSet<>();
        for (Stored object : repository.list(Layout.BACKUPS)) {
            Optional<BackupId> id = Layout.id(object.name(), Layout.BACKUPS);
            if (id.isEmpty() || !Layout.manifest(id.get()).equals(object.name())) {
                strangers.add(Damage.of(object.name(), Damage.Kind.EXTRA, "it is no manifest of a backup"));
                continue;
            }
            listed.add(id.get());
            Optional<Manifest> known = cache.get(id.get(), object);
            if (known.isPresent()) {
                whole.put(id.get(), known.get());
            } else {
                read(sealed, id.get(), object);
                manifest(id.get()).ifPresent(manifest -> cache.put(object, manifest));
            }
        }
        cache.keepOnly(listed);
        // After the manifests: a claim that voids one of them was not there before it.
        this.fences = fences.read();
    }

    private void read(Sealed sealed, BackupId id, Stored object) {
        String name = object.name();
        try {
            Optional<Manifest> manifest = parse(name, sealed.open(name, sealed.bytes(name), id.toString()));
            if (manifest.isPresent()) {
                whole.put(id, manifest.get());
            } else {
                abandoned.put(id, object);
            }
        } catch (DamagedBackupException unreadable) {
            damaged.put(id, unreadable.damage());
        } catch (BackupRepositoryException failed) {
            if (failed.reason() != Reason.ABSENT) { // deleted since it was listed
                throw failed;
            }
        }
    }

    private static Optional<Manifest> parse(String name, JsonNode body) {
        try {
            String format = Sealed.format(body);
            if (format.equals(ABANDONED_FORMAT)) {
                return Optional.empty();
            } else if (!format.equals(Manifest.FORMAT)) {
                throw new IllegalArgumentException("its format is " + format);
            }
            Manifest manifest = Manifest.fromJson(body);
            if (!Layout.manifest(manifest.id()).equals(name)) {
                throw new IllegalArgumentException("its id is " + manifest.id());
            }
            return Optional.of(manifest);
        } catch (IllegalArgumentException malformed) {
            throw new DamagedBackupException(
                    Damage.of(name, Damage.Kind.CHANGED, "it cannot be understood: " + malformed.getMessage()));
        }
    }

    Fences.State fences() {
        return fences;
    }

    /** Those that count, damaged ones too: nobody knows better. */
    Set<BackupId> counting() {
        Set<BackupId> ids = new TreeSet<>(whole.keySet());
        ids.addAll(damaged.keySet());
        ids.removeIf(id -> !fences.counts(id));
        return ids;
    }

    /** Those that do not. */
    Set<BackupId> deposed() {
        Set<BackupId> ids = new TreeSet<>(whole.keySet());
        ids.addAll(damaged.keySet());
        ids.removeIf(fences::counts);
        return ids;
    }

    /** The marks of those that were given up for dead. */
    Map<BackupId, Stored> abandoned() {
        return abandoned;
    }

    /** Everything that has something under its manifest's name. */
    Set<BackupId> known() {
        Set<BackupId> ids = new TreeSet<>(whole.keySet());
        ids.addAll(damaged.keySet());
        ids.addAll(abandoned.keySet());
        return ids;
    }

    Optional<Manifest> manifest(BackupId id) {
        return Optional.ofNullable(whole.get(id));
    }

    Optional<Damage> damage(BackupId id) {
        return Optional.ofNullable(damaged.get(id));
    }

    /** Damage that is of no backup. */
    List<Damage> strangers() {
        return strangers;
    }

    Listing listing() {
        List<Damage> all = new ArrayList<>(strangers);
        all.addAll(damaged.values());
        all.addAll(fences.damaged());
        return new Listing(
                whole.values().stream().filter(m -> fences.counts(m.id())).toList(),
                List.copyOf(all),
                List.copyOf(deposed()),
                List.copyOf(abandoned.keySet()));
    }
}
