package io.holdfast.backup.restore;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds for each container the first repository that has it whole, by reading it to its end. Each is looked for once. */
final class Pieces {
    private static final Logger LOG = LoggerFactory.getLogger(Pieces.class);
    private static final long STEP_BYTES = 1L << 30;

    private final Layers layers;
    private final Runnable goesOn;
    private final Map<BackupId, Found> found = new HashMap<>();
    private final Set<BackupId> gone = new TreeSet<>();

    /** A container, and where it is whole. */
    record Piece(Manifest manifest, StoredObject object, Layer layer) implements ContainerOpening {
        @Override
        public ContainerReader open() throws IOException {
            return layer.catalogue().open(manifest, object.name(), steps("restoring", layer, object, () -> {}));
        }
    }

    /**
     * What was found of a backup's only container.
     *
     * @param piece null if it is whole nowhere
     * @param reason why it cannot be had, if it cannot: rather that a repository is not there than that a key is missing, and
     *     rather that than damage, since with either it may turn out to be whole
     * @param why what is wrong with it where
     */
    private record Found(@Nullable Piece piece, Reason reason, List<String> why) {}

    Pieces(Layers layers) {
        this(layers, () -> {});
    }

    /** @param goesOn asked while a container is looked at; what it throws ends that */
    Pieces(Layers layers, Runnable goesOn) {
        this.layers = layers;
        this.goesOn = goesOn;
    }

    /**
     * The same in what there is now: what was whole is not read again.
     *
     * @param but of which it is known that they are not where they were
     */
    Pieces again(Layers now, Set<BackupId> but) {
        Pieces again = new Pieces(now, goesOn);
        found.forEach((id, known) -> {
            if (known.piece() != null && !but.contains(id)) {
                again.found.put(id, known);
            }
        });
        return again;
    }

    /** What is whole nowhere, since somebody has deleted it after it was listed. */
    Set<BackupId> gone() {
        return gone;
    }

    /** Says now and then how far it is with a large one. */
    private static Progress steps(String what, Layer layer, StoredObject object, Runnable goesOn) {
        long[] next = {STEP_BYTES};
        return (contentBytes, storedBytes) -> {
            goesOn.run();
            if (storedBytes >= next[0]) {
                LOG.info(
                        "{} {} of {}: {} of {} MiB",
                        what,
                        object.name(),
                        layer.name(),
                        storedBytes >> 20,
                        object.storedBytes() >> 20);
                next[0] += STEP_BYTES;
            }
        };
    }

    /** Null if no repository has it whole. */
    @Nullable
    Piece of(Manifest manifest) {
        return look(manifest).piece();
    }

    /** What is wrong with it in each repository. */
    String why(Manifest manifest) {
        return String.join("; ", look(manifest).why());
    }

    /** Why it cannot be had. */
    Reason reason(Manifest manifest) {
        return look(manifest).reason();
    }

    private Found look(Manifest manifest) {
        Found known = found.get(manifest.id());
        if (known == null) {
            known = search(manifest);
            found.put(manifest.id(), known);
        }
        return known;
    }

    private Found search(Manifest manifest) {
        goesOn.run();
        List<String> why = new ArrayList<>();
        if (manifest.objects().size() != 1) {
            why.add("the backup " + manifest.id() + " has " + manifest.objects().size()
                    + " containers, and one of the replicated state has one");
            return new Found(null, Reason.DAMAGED, why);
        }
        StoredObject object = manifest.objects().get(0);
        boolean keyMissing = false;
        boolean unreachable = false;
        boolean deleted = false;
        for (Layer layer : layers.all()) {
            try (ContainerReader reader =
                    layer.catalogue().open(manifest, object.name(), steps("checking", layer, object, goesOn))) {
                reader.drain();
                LOG.debug("{} in {} is whole", object.name(), layer.name());
                if (!why.isEmpty()) {
                    layers.remark(object.name() + " is taken from " + layer.name() + ": " + String.join("; ", why));
                }
                return new Found(new Piece(manifest, object, layer), Reason.DAMAGED, why);
            } catch (DamagedBackupException damaged) {
                why.add("in " + layer.name() + ", " + damaged.damage());
            } catch (KeyUnavailableException missing) {
                keyMissing = true;
                why.add("in " + layer.name() + ", " + object.name() + ": " + missing.getMessage());
            } catch (BackupRepositoryException failed) {
                unreachable |= failed.reason() == BackupRepositoryException.Reason.UNAVAILABLE;
                deleted |= failed.reason() == BackupRepositoryException.Reason.ABSENT && layer.lists(manifest.id());
                why.add("in " + layer.name() + ", " + object.name() + ": " + failed.getMessage());
            } catch (IOException failed) {
                why.add("in " + layer.name() + ", " + object.name() + " cannot be read: " + failed);
            }
        }
        if (deleted) {
            gone.add(manifest.id());
        }
        Reason known = keyMissing ? Reason.NO_KEY : Reason.DAMAGED;
        return new Found(null, unreachable ? Reason.UNREACHABLE : known, why);
    }
}
