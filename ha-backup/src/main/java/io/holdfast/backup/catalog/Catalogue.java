package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The backups of a repository, which is one cluster's: fencing tokens of two clusters cannot be compared. A backup is listed if its manifest is there, and that is written last: so it is there as a whole or not at all.
 *
 * <p><b>What is guaranteed about who may publish</b>, with a repository that can only put what is absent, list and read:
 *
 * <ul>
 *   <li>Once {@link #claim} has returned for a token, no backup that is published under a lower one afterwards is ever listed.
 *       Not because its manifest could not be stored (no sequence of checks and puts prevents that: its writer may stand still
 *       between the two), but because the claim names all backups of lower tokens that count, and any other is void.
 *   <li>Once {@link RunningBackup#publish} has returned, the backup is listed until it is deleted, also by those who claim
 *       later. A claimer announces itself before it looks at what is there, and a publisher looks for announcements after its
 *       manifest is stored: so either the claim names the backup, or the publisher learns that it was deposed.
 *   <li>A publisher that fails as deposed may have been in time all the same; then its backup is listed, and whole.
 *   <li>Of a publisher and a collector that takes it for dead one wins, since both put under the manifest's name.
 *   <li>What was copied here under a token counts like what was published under it, whoever made it: the mark of it is there before the
 *       manifest is.
 *   <li>A deposed scheduler may delete: that it asks before is no guarantee. It can delete only what its own policy would have.
 *   <li>Data have a mark for as long as anybody may store them: a sign of life is there before the first container and goes with the manifest in
 *       its place, or when it and all else of the backup have grown old; the mark of what was given up or deleted grows old beside it. So data
 *       without any are of a backup whose manifest somebody has removed, and are kept.
 * </ul>
 *
 * <p><b>Two things nobody can rule out</b>, as a delete takes whatever stands under the name: a process that is in one call for longer than what counts as
 * dead, twice over, and dies right after it may leave data without a mark. So may who is deposed in the midst of deleting a backup, or whose delete
 * takes effect late, if its manifest was copied anew meanwhile. The next copy of that backup goes on with such data; else they are told and kept.
 *
 * <p>This holds against whoever keeps to these rules, however slow, and whatever dies when. Against somebody who may write to the
 * repository and does not, nothing helps but that it cannot forge a backup without the keys; it can remove what it likes.
 *
 * <p>Calls block, and fail with {@link BackupRepositoryException}. Safe from any thread.
 */
public final class Catalogue {
    private final BackupRepository repository;
    private final DataKeys keys;
    private final Sealed sealed;
    private final Fences fences;
    private final Epochs epochs;
    private final ManifestCache manifests = new ManifestCache();

    private Catalogue(BackupRepository repository, BackupKeys keys) {
        this.repository = repository;
        this.keys = new DataKeys(keys);
        this.sealed = new Sealed(repository, this.keys);
        this.fences = new Fences(repository, sealed, this.keys, manifests);
        this.epochs = new Epochs(repository, sealed, this.keys);
    }

    /** The catalogue in that repository; asks for nothing yet. */
    public static Catalogue of(BackupRepository repository, BackupKeys keys) {
        return new Catalogue(repository, keys);
    }

    /**
     * What is in a repository, each list sorted by id.
     *
     * @param backups those that are whole, as far as their manifests say: {@link #verify} looks further
     * @param damaged manifests and claims that cannot be read; nothing of theirs is ever collected
     * @param deposed published after somebody with a higher token had taken over; they do not count and will be collected
     * @param abandoned given up for dead; their objects are collected
     */
    public record Listing(
            List<Manifest> backups, List<Damage> damaged, List<BackupId> deposed, List<BackupId> abandoned) {}

    /** Has all manifests read again by the next look: else each is read once. */
    public void forget() {
        manifests.clear();
    }

    /** What is there. A manifest that cannot be read is among the damaged ones. */
    public Listing list() {
        return new Inventory(repository, sealed, fences, manifests).listing();
    }

    /**
     * Backups of which there are data and nothing else, neither a manifest nor a sign that they are being made or deleted: somebody has removed
     * their manifests.
     */
    public List<BackupId> withoutManifest() {
        Set<BackupId> ids = new TreeSet<>();
        Set<BackupId> marked = new HashSet<>();
        for (Stored object : repository.list("")) {
            Layout.id(object.name(), Layout.DATA).ifPresent(ids::add);
            for (String mark : List.of(Layout.BACKUPS, Layout.RUNNING, Layout.DELETING)) {
                Layout.id(object.name(), mark).ifPresent(marked::add);
            }
        }
        ids.removeAll(marked);
        // Looked at again: a list is not of one moment, and a backup may be deleted, or begin, while it is made.
        ids.removeIf(id -> !isWithoutManifest(repository, id));
        return List.copyOf(ids);
    }

    /** True if there are data of it and nothing else; to be asked of one that a list has shown like that. */
    static boolean isWithoutManifest(BackupRepository repository, BackupId id) {
        return repository.list(Layout.deleting(id)).isEmpty()
                && repository.list(Layout.running(id)).isEmpty()
                && repository.list(Layout.manifest(id)).isEmpty()
                && !repository.list(Layout.data(id)).isEmpty();
    }

    /**
     * Takes the catalogue over, for who has been given that token. To be done once per token, by one process; that may be
     * repeated after a failure.
     *
     * @param clock for when backups begin and end, and for signs of life
     * @param random one that nobody can guess, as a node's is: data keys are made of it
     * @throws NotPublishedException if somebody with a higher token has taken over
     */
    public CatalogueWriter claim(FencingToken token, Clock clock, RandomGenerator random) {
        fences.claim(token, random);
        return new CatalogueWriter(repository, keys, sealed, fences, manifests, token, clock, random);
    }

    /**
     * Stores something and removes it, to find out whether anything can be stored. Where it cannot be removed it stays until it is collected.
     *
     * @param name nobody else's: letters and digits
     * @throws BackupRepositoryException if it cannot
     */
    public void tryToStore(String name) {
        String probe = Layout.PROBES + name;
        sealed.put(probe, sealed.seal(probe, Layout.PROBE_FORMAT, Sealed.nothing(), null));
        try {
            repository.delete(probe);
        } catch (BackupRepositoryException kept) {
            // Whoever may only add can claim an epoch all the same.
        }
    }

    /** The highest epoch that was claimed here, or that a token belongs to under which anything was stored here; 0 if there is none. */
    public int highestEpoch() {
        return epochs.highest();
    }

    /**
     * Takes an epoch, for ever. After an exception it is taken or not, and should be used by nobody.
     *
     * @param epoch 1 to 32,767
     * @param backup what is restored in it
     * @param claim who takes it: a text that nobody else has
     * @param random one that nobody can guess: data keys are made of it
     * @return false if somebody else has it
     */
    public boolean claimEpoch(int epoch, BackupId backup, String claim, RandomGenerator random) {
        return epochs.claim(epoch, backup, claim, random);
    }

    /** What came of drills from this repository, the oldest first: of each source the last ten, and the last good one. */
    public List<DrillRecord> drills() {
        return new Drills(repository, sealed).list();
    }

    /**
     * One of a backup's containers, read to its end only if it is what was stored.
     *
     * @param object its name, as the manifest says
     * @throws DamagedBackupException if it is not what the manifest names, or is missing or cannot be read while the manifest can; thrown by reading,
     *     too
     * @throws BackupRepositoryException if the repository fails, or the backup was deleted meanwhile
     * @throws KeyUnavailableException if its key is not to be had
     */
    public ContainerReader open(Manifest manifest, String object) throws IOException {
        return Verifier.open(repository, keys, manifest, object, Progress.NONE);
    }

    BackupRepository repository() {
        return repository;
    }

    Sealed sealed() {
        return sealed;
    }

    /**
     * The same, telling of each frame.
     *
     * @param progress told of what has been read; may block
     */
    public ContainerReader open(Manifest manifest, String object, Progress progress) throws IOException {
        return Verifier.open(repository, keys, manifest, object, progress);
    }

    /**
     * Reads all of it: each object of each backup, and what the catalogue itself consists of.
     *
     * @param progress told of what has been read of the object at hand; may block
     */
    public Verification verify(Progress progress) {
        return new Verifier(repository, keys, sealed, fences, epochs, progress).all();
    }

    /** Reads all of one backup. */
    public Verification verify(BackupId id, Progress progress) {
        return new Verifier(repository, keys, sealed, fences, epochs, progress).one(id);
    }

    /**
     * What was found.
     *
     * @param backups how many were read as a whole and found to be as they were stored
     * @param objects how many containers were read
     * @param bytes that these have
     * @param damages what is not as it was stored
     * @param unfinished backups that are under way, or were not finished and wait for being collected; no damage
     */
    public record Verification(int backups, int objects, long bytes, List<Damage> damages, List<BackupId> unfinished) {
        /** True if nothing is damaged. */
        public boolean isClean() {
            return damages.isEmpty();
        }
    }
}
