package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.util.ArrayList;
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
 * <p>So that data of nobody else ever come to be without one, the last mark of a backup goes when it has grown old, and not with the data:
 * whoever was at it, deposed or taken for dead, may be in the midst of storing more. What comes yet goes in the next run.
 *
 * <p>The signs of life are listed before the manifests: what is published meanwhile is seen there. What is given up for dead is first given
 * up <em>under its manifest's name</em>, so that its writer cannot publish any more when its data go. Whatever was looked at once is
 * looked at again before it goes, since another thread may have copied that backup meanwhile.
 */
public final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final CatalogueWriter writer;
    private final BackupRepository repository;
    private final Duration silentFor;
    private final long silentSince;
    /** As they were at the beginning. */
    private final Map<BackupId, List<Stored>> signs;

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
        this.silentSince = writer.repositoryMillis() - silentFor.toMillis();
        this.signs = see(Layout.RUNNING);
    }

    Collected collect() {
        Map<BackupId, List<Stored>> data = see(Layout.DATA);
        Set<BackupId> deletions = see(Layout.DELETING).keySet();
        Inventory inventory = new Inventory(repository, writer.sealed(), writer.fences(), writer.manifests());
        Set<BackupId> known = inventory.known();
        Fences.Claim claim = inventory.fences().claim();
        boolean claimCounts = claim != null && claim.token().equals(writer.token());

        deletions.forEach(id -> unlessRunning(id, () -> delete(id)));
        for (BackupId id : inventory.deposed()) {
            if (!deletions.contains(id)) {
                unlessRunning(id, () -> deleteDeposed(id));
            }
        }
        inventory.abandoned().forEach((id, mark) -> unlessRunning(id, () -> bury(id, mark, claimCounts)));
        signs.forEach((id, seen) -> {
            if (deletions.contains(id)) {
                return;
            }
            unlessRunning(id, () -> {
                if (inventory.manifest(id).isPresent()) {
                    objects += removeOldSigns(id);
                } else if (!known.contains(id) && isOld(seen) && isOld(data.getOrDefault(id, List.of()))) {
                    giveUp(id).ifPresent(mark -> bury(id, mark, claimCounts));
                }
            });
        });
        removeAdoptions(known, claimCounts);
        if (claimCounts) {
            removeOlderFences();
        }
        removeProbes();
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

    private Map<BackupId, List<Stored>> see(String prefix) {
        Map<BackupId, List<Stored>> seen = new TreeMap<>();
        for (Stored object : repository.list(prefix)) {
            Layout.id(object.name(), prefix).ifPresent(id -> seen.computeIfAbsent(id, first -> new ArrayList<>())
                    .add(object));
        }
        return seen;
    }

    private boolean isOld(List<Stored> seen) {
        return seen.stream().allMatch(this::isOld);
    }

    private boolean isOld(Stored object) {
        return object.storedMillis() <= silentSince;
    }

    /** Those of lower tokens are named by the claim; those of what is not there, and not under way, say nothing. */
    private void removeAdoptions(Set<BackupId> known, boolean claimCounts) {
        for (Stored mark : repository.list(Layout.ADOPTED)) {
            Optional<BackupId> id = Layout.id(mark.name(), Layout.ADOPTED);
            Optional<FencingToken> adopter = Layout.adopter(mark.name());
            if (id.isPresent() && adopter.isPresent()) {
                boolean claimed = claimCounts && adopter.get().compareTo(writer.token()) < 0;
                boolean lost = !known.contains(id.get()) && isOld(mark);
                unlessRunning(id.get(), () -> {
                    if ((claimed || (lost && isNotThere(id.get()))) && repository.delete(mark.name())) {
                        objects++;
                    }
                });
            }
        }
    }

    private boolean isNotThere(BackupId id) {
        return repository.list(Layout.manifest(id)).isEmpty();
    }

    private void delete(BackupId id) {
        List<Stored> mark = repository.list(Layout.deleting(id));
        if (mark.isEmpty()) {
            return; // whoever was at it has finished it
        }
        removed(id, Deletion.remove(repository, id) + removeOldSigns(id));
        if (isOld(mark)) {
            repository.delete(Layout.deleting(id));
        }
    }

    private void deleteDeposed(BackupId id) {
        if (!writer.fences().read().counts(id)) {
            Deletion.begin(writer.sealed(), id);
            delete(id);
        }
    }

    /** Returns the mark of that; empty if it was published in the last moment. */
    private Optional<Stored> giveUp(BackupId id) {
        String name = Layout.manifest(id);
        byte[] mark = writer.sealed()
                .seal(
                        name,
                        Inventory.ABANDONED_FORMAT,
                        Sealed.nothing(),
                        writer.keys().create(id.toString(), writer.random()));
        return writer.sealed().put(name, mark) ? repository.list(name).stream().findFirst() : Optional.empty();
    }

    /** The mark stays while its writer could still publish under this token; a later claim makes that void. */
    private void bury(BackupId id, Stored mark, boolean claimCounts) {
        if (!repository.list(mark.name()).contains(mark)) {
            return;
        }
        int all = Deletion.removeAll(repository, Layout.data(id)) + removeOldSigns(id);
        if (claimCounts && id.token().compareTo(writer.token()) < 0 && isOld(mark)) {
            all += repository.delete(mark.name()) ? 1 : 0;
        }
        removed(id, all);
    }

    private void removed(BackupId id, int all) {
        objects += all;
        if (all > 0) {
            backups.add(id);
        }
    }

    private int removeOldSigns(BackupId id) {
        int all = 0;
        for (Stored sign : signs.getOrDefault(id, List.of())) {
            all += isOld(sign) && repository.delete(sign.name()) ? 1 : 0;
        }
        return all;
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

    private void removeProbes() {
        for (Stored probe : repository.list(Layout.PROBES)) {
            if (isOld(probe) && repository.delete(probe.name())) {
                objects++;
            }
        }
    }
}
