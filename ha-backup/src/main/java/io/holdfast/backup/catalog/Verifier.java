package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads everything, and names what is not as it was stored. */
final class Verifier {
    private final BackupRepository repository;
    private final DataKeys keys;
    private final Sealed sealed;
    private final Fences fences;
    private final Epochs epochs;
    private final Progress progress;
    private final List<Damage> damages = new ArrayList<>();
    private final Set<BackupId> unfinished = new TreeSet<>();
    private int backups;
    private int objects;
    private long bytes;

    Verifier(
            BackupRepository repository,
            DataKeys keys,
            Sealed sealed,
            Fences fences,
            Epochs epochs,
            Progress progress) {
        this.repository = repository;
        this.keys = keys;
        this.sealed = sealed;
        this.fences = fences;
        this.epochs = epochs;
        this.progress = progress;
    }

    /** A container of that backup, or none: another one under its name is refused. */
    static ContainerReader open(
            BackupRepository repository, DataKeys keys, Manifest manifest, String object, Progress progress)
            throws IOException {
        StoredObject stored = manifest.objects().stream()
                .filter(o -> o.name().equals(object))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("the backup " + manifest.id() + " has no object " + object));
        return open(NamedInput.open(repository, manifest.id(), object), keys, manifest.id(), stored, progress);
    }

    /** One that a backup holds, from that stream, which is closed with it. */
    static ContainerReader open(InputStream in, DataKeys keys, BackupId id, StoredObject stored, Progress progress)
            throws IOException {
        try {
            ContainerReader reader = new ContainerReader(stored.name(), in, keys, stored.sha256(), progress);
            checkAbout(stored.name(), reader.header().about(), id);
            return reader;
        } catch (IOException | RuntimeException refused) {
            in.close();
            throw refused;
        }
    }

    private static void checkAbout(String name, About about, BackupId id) {
        if (!about.backup().equals(id.toString()) || !about.object().equals(name)) {
            throw new DamagedBackupException(Damage.of(
                    name,
                    Damage.Kind.MISPLACED,
                    "it is " + about.object() + " of the backup " + about.backup() + " of the cluster "
                            + about.cluster()));
        }
    }

    Verification one(BackupId id) {
        Inventory inventory = new Inventory(repository, sealed, fences, new ManifestCache());
        backup(id, inventory);
        return verification();
    }

    Verification all() {
        // Before the manifests, so that what is published meanwhile is not taken for lost.
        List<Stored> everything = repository.list("");
        Inventory inventory = new Inventory(repository, sealed, fences, new ManifestCache());
        damages.addAll(inventory.strangers());
        damages.addAll(inventory.fences().damaged());
        for (BackupId id : inventory.counting()) {
            backup(id, inventory);
        }
        unfinished.addAll(inventory.deposed());
        fences(inventory);
        new Leftovers(everything, inventory).look();
        return verification();
    }

    private Verification verification() {
        return new Verification(backups, objects, bytes, List.copyOf(damages), List.copyOf(unfinished));
    }

    private void backup(BackupId id, Inventory inventory) {
        Optional<Manifest> manifest = inventory.manifest(id);
        if (manifest.isEmpty()) {
            damages.add(inventory
                    .damage(id)
                    .orElse(Damage.of(Layout.manifest(id), Damage.Kind.MISSING, "there is no such backup")));
            // What is left of it can be read without the manifest, so it is good to know what state that is in.
            repository.list(Layout.data(id)).forEach(object -> withoutManifest(id, object.name()));
            return;
        }
        int before = damages.size();
        for (BackupId need : manifest.get().needs()) {
            if (!inventory.counting().contains(need)) {
                damages.add(Damage.of(
                        Layout.manifest(need),
                        Damage.Kind.MISSING,
                        "the backup " + id + " needs it, and it is not there"));
            }
        }
        for (StoredObject object : manifest.get().objects()) {
            object(manifest.get(), object);
        }
        backups += damages.size() == before ? 1 : 0;
    }

    private void object(Manifest manifest, StoredObject object) {
        read(manifest.id(), object.name(), () -> open(repository, keys, manifest, object.name(), progress));
    }

    private void withoutManifest(BackupId id, String name) {
        read(id, name, () -> {
            ContainerReader reader = new ContainerReader(name, repository.read(name, 0), keys, null, progress);
            checkAbout(name, reader.header().about(), id);
            return reader;
        });
    }

    @FunctionalInterface
    private interface Opening {
        ContainerReader open() throws IOException;
    }

    private void read(BackupId id, String name, Opening opening) {
        try (ContainerReader reader = opening.open()) {
            bytes += reader.drain().storedBytes();
            objects++;
        } catch (DamagedBackupException damaged) {
            damages.add(damaged.damage());
        } catch (KeyUnavailableException missing) {
            damages.add(Damage.of(name, Damage.Kind.NO_KEY, String.valueOf(missing.getMessage())));
        } catch (BackupRepositoryException failed) {
            failed(id, name, failed);
        } catch (IOException failed) {
            damages.add(Damage.of(name, Damage.Kind.UNREADABLE, "it cannot be read: " + failed));
        }
    }

    private void failed(BackupId id, String name, BackupRepositoryException failed) {
        if (failed.reason() == Reason.UNAVAILABLE) {
            throw failed;
        } else if (failed.reason() != Reason.ABSENT) {
            damages.add(Damage.of(name, Damage.Kind.UNREADABLE, String.valueOf(failed.getMessage())));
        } else if (repository.list(Layout.manifest(id)).isEmpty()) {
            unfinished.add(id); // deleted since it was listed
        } else {
            damages.add(Damage.of(name, Damage.Kind.MISSING, "it is not there, and the backup " + id + " names it"));
        }
    }

    private void fences(Inventory inventory) {
        Fences.State state = inventory.fences();
        Set<FencingToken> both = new TreeSet<>(state.begun());
        both.addAll(state.claimed());
        for (FencingToken token : both) {
            if (!state.claimed().contains(token)) {
                damages.add(Damage.of(
                        Layout.fence(token, Layout.CLAIM),
                        Damage.Kind.MISSING,
                        "it was announced and is not there: whoever took over has just begun, or died in the midst of it, or it"
                                + " was removed; the next one who takes over mends that"));
            } else if (!state.begun().contains(token)) {
                damages.add(Damage.of(
                        Layout.fence(token, Layout.BEGUN),
                        Damage.Kind.MISSING,
                        "it is not there, and what follows it is"));
            }
        }
        inventory.counting().stream()
                .map(BackupId::token)
                .filter(token -> both.stream().noneMatch(other -> other.compareTo(token) >= 0))
                .distinct()
                .forEach(token -> damages.add(Damage.of(
                        Layout.fence(token, Layout.CLAIM),
                        Damage.Kind.MISSING,
                        "it is not there, and backups were made under it")));
    }

    /** What is no manifest, no claim and no object that a manifest names. */
    private final class Leftovers {
        private final List<Stored> everything;
        private final Inventory inventory;
        private final Set<BackupId> marked = new HashSet<>();
        private final Set<BackupId> lost = new TreeSet<>();

        private Leftovers(List<Stored> everything, Inventory inventory) {
            this.everything = everything;
            this.inventory = inventory;
        }

        private void look() {
            for (Stored object : everything) {
                String name = object.name();
                if (name.startsWith(Layout.RUNNING)) {
                    mark(name, Layout.id(name, Layout.RUNNING));
                } else if (name.startsWith(Layout.DELETING)) {
                    mark(name, Layout.id(name, Layout.DELETING));
                } else if (name.startsWith(Layout.PROBES)
                        || Layout.adopter(name).isPresent()) {
                    checkMark(name);
                } else if (name.startsWith(Layout.EPOCHS)) {
                    epoch(name);
                } else if (name.startsWith(Layout.DRILLS)) {
                    check(name, () -> new Drills(repository, sealed).read(name));
                } else if (!name.startsWith(Layout.DATA)
                        && !name.startsWith(Layout.BACKUPS)
                        && !name.startsWith(Layout.FENCES)) {
                    extra(name);
                }
            }
            everything.stream()
                    .map(Stored::name)
                    .filter(name -> name.startsWith(Layout.DATA))
                    .forEach(name -> data(name, Layout.id(name, Layout.DATA)));
            lost.forEach(this::lost);
        }

        private void extra(String name) {
            damages.add(Damage.of(name, Damage.Kind.EXTRA, "nothing knows it"));
        }

        private void mark(String name, Optional<BackupId> id) {
            if (id.isEmpty()) {
                extra(name);
                return;
            }
            checkMark(name);
            marked.add(id.get());
            if (inventory.manifest(id.get()).isEmpty()) {
                unfinished.add(id.get());
            }
        }

        private void checkMark(String name) {
            check(name, () -> sealed.open(name, sealed.bytes(name), null));
        }

        private void epoch(String name) {
            if (Layout.epoch(name).isPresent()) {
                check(name, () -> epochs.check(name));
            } else {
                extra(name);
            }
        }

        private void check(String name, Runnable opening) {
            try {
                opening.run();
            } catch (DamagedBackupException damaged) {
                damages.add(damaged.damage());
            } catch (BackupRepositoryException failed) {
                if (failed.reason() != Reason.ABSENT) { // renewed, or done with
                    damages.add(Damage.of(name, Damage.Kind.UNREADABLE, String.valueOf(failed.getMessage())));
                }
            }
        }

        private void data(String name, Optional<BackupId> id) {
            if (id.isEmpty()) {
                extra(name);
            } else if (inventory.manifest(id.get()).isPresent()) {
                boolean named = inventory.manifest(id.get()).get().objects().stream()
                        .anyMatch(object -> object.name().equals(name));
                if (!named) {
                    extra(name);
                }
            } else if (!inventory.known().contains(id.get()) && !marked.contains(id.get())) {
                lost.add(id.get());
            }
        }

        private void lost(BackupId id) {
            // Looked at again: it may have been deleted since, or be new.
            if (Catalogue.isWithoutManifest(repository, id)) {
                damages.add(Damage.of(
                        Layout.manifest(id),
                        Damage.Kind.MISSING,
                        "it is not there, and its data are: it was removed by somebody else. Nothing of it is collected, and its"
                                + " containers can be read without it"));
            }
        }
    }
}
