package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.Damage;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several repositories with copies of the same backups, of which none needs to have all. Blocks; for one thread. */
final class Layers {
    private static final Logger LOG = LoggerFactory.getLogger(Layers.class);
    private static final String GO_WITHOUT = "StateRestore.withoutUnreachable() goes without it";

    private final boolean withoutUnreachable;
    private final List<Layer> layers = new ArrayList<>();
    private final Map<BackupId, Manifest> manifests = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

    private Layers(boolean withoutUnreachable) {
        this.withoutUnreachable = withoutUnreachable;
    }

    /** @throws RestoreRefusedException if one is not there, and that is not put up with */
    static Layers open(List<BackupRepository> repositories, BackupKeys keys, boolean withoutUnreachable) {
        Layers opened = new Layers(withoutUnreachable);
        for (BackupRepository repository : repositories) {
            try {
                opened.layers.add(Layer.of(repository, keys));
            } catch (BackupRepositoryException failed) {
                opened.leftOut(repository.describe(), failed);
            }
        }
        if (opened.layers.isEmpty()) {
            throw new RestoreRefusedException(Reason.UNREACHABLE, "no repository is there: " + opened.remarks);
        }
        opened.gather();
        return opened;
    }

    private void gather() {
        for (Layer layer : layers) {
            layer.listing().backups().forEach(manifest -> manifests.putIfAbsent(manifest.id(), manifest));
        }
    }

    /**
     * The same, listed anew.
     *
     * @param withoutThoseThatAreGone true if one is left out that is not there any more
     * @throws RestoreRefusedException if one is not there, and that is not put up with
     */
    Layers again(boolean withoutThoseThatAreGone) {
        Layers now = new Layers(withoutThoseThatAreGone);
        now.remarks.addAll(remarks);
        for (Layer layer : layers) {
            try {
                now.layers.add(layer.again());
            } catch (BackupRepositoryException failed) {
                now.leftOut(layer.name(), failed);
            }
        }
        now.gather();
        return now;
    }

    /**
     * Looks again if something that it lists was deleted meanwhile.
     *
     * @param pieces what was found out about what it lists
     * @return null if nothing was, as far as a list says now
     */
    @Nullable
    Layers changed(Pieces pieces) {
        if (pieces.gone().isEmpty()) {
            return null;
        }
        Layers now = again(withoutUnreachable);
        return now.manifests.keySet().containsAll(pieces.gone()) ? null : now;
    }

    private void leftOut(String repository, BackupRepositoryException failed) {
        String what = "the repository " + repository + " cannot be used: " + failed.getMessage();
        if (!withoutUnreachable) {
            throw new RestoreRefusedException(
                    Reason.UNREACHABLE,
                    what
                            + ". It may have backups that the others lack, and another restore may have claimed an epoch in it; "
                            + GO_WITHOUT);
        }
        LOG.warn("{}; the restore goes on without it", what, failed);
        remarks.add(what);
    }

    List<Layer> all() {
        return layers;
    }

    /** What counts in any of them. */
    Collection<Manifest> manifests() {
        return manifests.values();
    }

    String names() {
        return String.join(", ", layers.stream().map(Layer::name).toList());
    }

    /** What an operator should know of, so far. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    void remark(String what) {
        LOG.warn("{}", what);
        remarks.add(what);
    }

    /** Manifests that are readable nowhere, or gone although the backup's data are there, by the backup's id. */
    Map<BackupId, Damage> unreadable() {
        Map<BackupId, Damage> unreadable = new TreeMap<>();
        for (Layer layer : layers) {
            for (Damage damage : layer.listing().damaged()) {
                BackupId.ofManifest(damage.object())
                        .filter(id -> !manifests.containsKey(id))
                        .ifPresent(id -> unreadable.putIfAbsent(id, damage));
            }
            for (BackupId id : layer.lost()) {
                if (!manifests.containsKey(id)) {
                    String what = "the manifest of " + id + " is not there, and its data are: somebody has removed it";
                    unreadable.putIfAbsent(id, Damage.of(id.toString(), Damage.Kind.MISSING, what));
                }
            }
        }
        return unreadable;
    }

    /**
     * An epoch cannot be claimed in a repository, or it does not say which ones are; returns if it may be left out.
     *
     * @throws RestoreRefusedException if it may not
     */
    void noClaim(Layer layer, BackupRepositoryException failed) {
        if (failed.reason() == BackupRepositoryException.Reason.UNAVAILABLE || withoutUnreachable) {
            leftOut(layer.name(), failed);
            return;
        }
        throw new RestoreRefusedException(
                Reason.NO_EPOCH,
                "no epoch can be claimed in the repository " + layer.name() + ": " + failed.getMessage()
                        + ". Another restore may claim one in it; StateRestore.epoch(n) begins one without a claim, for which you answer, and "
                        + GO_WITHOUT);
    }
}
