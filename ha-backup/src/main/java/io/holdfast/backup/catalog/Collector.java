package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what nothing will need any more, beside backups that are being made.
 *
 * <p>Only what has a mark is touched: a sign of life that has grown old, a mark that it is being deleted, a claim that voids it.
 * Data without any mark is that of a backup whose manifest somebody has removed; {@code verify} tells of it, and each container
 * can be read without the manifest.
 *
 * <p>The data are listed before the manifests: what is published meanwhile is seen there. What is given up for dead is first given
 * up <em>under its manifest's name</em>, so that its writer cannot publish any more when its data go.
 */
public final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final CatalogueWriter writer;
    private final BackupRepository repository;
    private final Duration silentFor;
    private final List<BackupId> backups = new ArrayList<>();
    private int objects;

    /**
     * What was removed.
     *
     * @param objects how many objects
     * @param backups of which backups
     * @param unfinished how many pieces of puts that did not come to an end
     */
    public record Collected(int objects, List<BackupId> backups, int unfinished) {}

    Collector(CatalogueWriter writer, Duration silentFor) {
        this.writer = writer;
        this.repository = writer.repository();
        this.silentFor = silentFor;
    }

    Collected collect() {
        long silentSince = writer.repositoryMillis() - silentFor.toMillis();
        Map<BackupId, Long> newest = new TreeMap<>();
        Set<BackupId> withSign = new HashSet<>();
        see(Layout.DATA, newest);
        Map<BackupId, Long> signs = new HashMap<>();
        see(Layout.RUNNING, signs);
        withSign.addAll(signs.keySet());
        signs.forEach((id, at) -> newest.merge(id, at, Math::max));
        Map<BackupId, Long> deletions = new TreeMap<>();
        see(Layout.DELETING, deletions);

        Inventory inventory = new Inventory(repository, writer.sealed(), writer.fences(), writer.manifests());
        Set<BackupId> known = inventory.known();
        Fences.Claim claim = inventory.fences().claim();
        boolean claimCounts = claim != null && claim.token().equals(writer.token());

        deletions.keySet().forEach(id -> unlessRunning(id, () -> delete(id)));
        for (BackupId id : inventory.deposed()) {
            unlessRunning(id, () -> {
                Deletion.begin(writer.sealed(), id);
                delete(id);
            });
        }
        for (BackupId id : inventory.abandoned()) {
            unlessRunning(id, () -> bury(id, claimCounts));
        }
        newest.forEach((id, at) -> {
            if (deletions.containsKey(id)) {
                return;
            }
            unlessRunning(id, () -> {
                if (known.contains(id)) {
                    removeOldSigns(id, inventory);
                } else if (withSign.contains(id) && at <= silentSince && giveUp(id)) {
                    bury(id, claimCounts);
                }
            });
        });
        removeAdoptions(known, claimCounts, silentSince);
        if (claimCounts) {
            removeOlderFences();
        }
        removeProbes(silentSince);
        Collected collected = new Collected(objects, List.copyOf(backups), repository.collectUnfinished(silentFor));
        if (collected.objects() > 0 || collected.unfinished() > 0) {
            LOG.info(
                    "{}: collected {} objects of unfinished or deleted backups {}, and {} unfinished objects",
                    repository.describe(),
                    objects,
                    backups,
                    collected.unfinished());
        }
        return collected;
    }

    /** What this process makes or copies is not touched; and it does not begin to copy what is being removed. */
    private void unlessRunning(BackupId id, Runnable remove) {
        synchronized (writer.running()) {
            if (!writer.running().contains(id)) {
                remove.run();
            }
        }
    }

    /** Those of lower tokens are named by the claim; those of what is not there, and not under way, say nothing. */
    private void removeAdoptions(Set<BackupId> known, boolean claimCounts, long silentSince) {
        for (Stored mark : repository.list(Layout.ADOPTED)) {
            Optional<BackupId> id = Layout.id(mark.name(), Layout.ADOPTED);
            Optional<FencingToken> adopter = Layout.adopter(mark.name());
            if (id.isPresent() && adopter.isPresent()) {
                boolean claimed = claimCounts && adopter.get().compareTo(writer.token()) < 0;
                boolean lost = !known.contains(id.get()) && mark.storedMillis() <= silentSince;
                unlessRunning(id.get(), () -> {
                    if ((claimed || lost) && repository.delete(mark.name())) {
                        objects++;
                    }
                });
            }
        }
    }

    private void see(String prefix, Map<BackupId, Long> newest) {
        for (Stored object : repository.list(prefix)) {
            Layout.id(object.name(), prefix).ifPresent(id -> newest.merge(id, object.storedMillis(), Math::max));
        }
    }

    private void delete(BackupId id) {
        objects += Deletion.finish(repository, id);
        backups.add(id);
    }

    /** Returns false if it was published in the last moment. */
    private boolean giveUp(BackupId id) {
        String name = Layout.manifest(id);
        byte[] mark = writer.sealed()
                .seal(
                        name,
                        Inventory.ABANDONED_FORMAT,
                        Sealed.nothing(),
                        writer.keys().create(id.toString(), writer.random()));
        return writer.sealed().put(name, mark);
    }

    /** The mark stays while its writer could still publish under this token; a later claim makes that void. */
    private void bury(BackupId id, boolean claimCounts) {
        int removed = Deletion.removeAll(repository, Layout.data(id));
        removed += Deletion.removeAll(repository, Layout.running(id));
        if (claimCounts && id.token().compareTo(writer.token()) < 0) {
            removed += repository.delete(Layout.manifest(id)) ? 1 : 0;
        }
        objects += removed;
        if (removed > 0) {
            backups.add(id);
        }
    }

    private void removeOldSigns(BackupId id, Inventory inventory) {
        if (inventory.manifest(id).isPresent()) {
            objects += Deletion.removeAll(repository, Layout.running(id));
        }
    }

    private void removeOlderFences() {
        for (Stored object : repository.list(Layout.FENCES)) {
            Optional<FencingToken> token =
                    Layout.token(object.name(), Layout.BEGUN).or(() -> Layout.token(object.name(), Layout.CLAIM));
            if (token.isPresent() && token.get().compareTo(writer.token()) < 0 && repository.delete(object.name())) {
                objects++;
            }
        }
    }

    private void removeProbes(long silentSince) {
        for (Stored probe : repository.list(Layout.PROBES)) {
            if (probe.storedMillis() <= silentSince && repository.delete(probe.name())) {
                objects++;
            }
        }
    }
}
