package io.holdfast.backup;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * What is in a repository, for whoever looks at it without a cluster: operators, and tools of theirs. Changes nothing. Calls block, and fail
 * with {@link BackupRepositoryException}. Safe from any thread.
 */
public final class StoredBackups {
    private final BackupRepository repository;
    private final Catalogue catalogue;

    private StoredBackups(BackupRepository repository, BackupKeys keys) {
        this.repository = repository;
        this.catalogue = Catalogue.of(repository, keys);
    }

    /** Those in that repository; asks for nothing yet. */
    public static StoredBackups in(BackupRepository repository, BackupKeys keys) {
        return new StoredBackups(repository, keys);
    }

    /**
     * A backup.
     *
     * @param info what it is; its layer is what the repository {@linkplain BackupRepository#describe() calls itself}
     * @param cluster the cluster's name
     * @param node that it was taken on
     * @param parts its containers
     * @param needs the ids of the backups without which it does not restore
     * @param facts what its source says of it
     */
    public record Details(
            BackupInfo info,
            String cluster,
            String node,
            List<Part> parts,
            List<String> needs,
            Map<String, String> facts) {
        /** Copies what it is given. */
        public Details {
            parts = List.copyOf(parts);
            needs = List.copyOf(needs);
            facts = Map.copyOf(facts);
        }
    }

    /**
     * A container.
     *
     * @param object its name in the repository
     * @param contentBytes of what was backed up
     * @param storedBytes of the container
     * @param sha256 of the container, as hexadecimal digits
     */
    public record Part(String object, long contentBytes, long storedBytes, String sha256) {}

    /**
     * All of it, each list sorted by id.
     *
     * @param backups that are whole, as far as their manifests say: {@link #verify} looks further
     * @param damaged manifests and claims that cannot be read
     * @param deposed ids of backups that do not count, since somebody else had taken over before they were published
     * @param abandoned ids of backups that were given up for dead
     */
    public record Contents(List<Details> backups, List<Damage> damaged, List<String> deposed, List<String> abandoned) {
        /** Copies the lists. */
        public Contents {
            backups = List.copyOf(backups);
            damaged = List.copyOf(damaged);
            deposed = List.copyOf(deposed);
            abandoned = List.copyOf(abandoned);
        }
    }

    /**
     * What a reading of all bytes has found.
     *
     * @param backups how many are as they were stored
     * @param objects how many containers were read
     * @param bytes that these have
     * @param damages what is not as it was stored
     * @param unfinished ids of backups that are under way, or wait for being collected; no damage
     */
    public record Verification(int backups, int objects, long bytes, List<Damage> damages, List<String> unfinished) {
        /** Copies the lists. */
        public Verification {
            damages = List.copyOf(damages);
            unfinished = List.copyOf(unfinished);
        }
    }

    /** Is told how far a reading is; may block, which slows it down. */
    @FunctionalInterface
    public interface Reading {
        /** So many bytes of the container at hand have been read. */
        void at(long storedBytes);
    }

    /** What the repository {@linkplain BackupRepository#describe() calls itself}. */
    public String repository() {
        return repository.describe();
    }

    /** Reads the manifests. */
    public Contents contents() {
        Listing listing = catalogue.list();
        return new Contents(
                listing.backups().stream().map(this::details).toList(),
                listing.damaged(),
                texts(listing.deposed()),
                texts(listing.abandoned()));
    }

    /** What came of drills from this repository, the oldest first: of each source the last ten, and the last good one. */
    public List<DrillInfo> drills() {
        return catalogue.drills().stream()
                .map(drill -> drill.info(repository.describe()))
                .toList();
    }

    /**
     * The highest epoch that this repository knows of: claimed by a restore, or that of a token under which anything was stored; 0 if there is none.
     * A cluster that has begun one without a claim, as {@code ha recover} does, is not known before its first backup.
     */
    public int highestEpoch() {
        return catalogue.highestEpoch();
    }

    /** Reads every byte of every backup, and of the catalogue itself. */
    public Verification verify(Reading reading) {
        return verification(catalogue.verify(progress(reading)));
    }

    /**
     * Reads every byte of one backup.
     *
     * @throws IllegalArgumentException if that is no id
     */
    public Verification verify(String id, Reading reading) {
        return verification(catalogue.verify(BackupId.parse(id), progress(reading)));
    }

    /**
     * What a source wrote into one part, such as the lines of a logical backup for {@link StateLoad}, or the archive of a directory. It comes
     * to its end only if it is what was stored.
     *
     * @param object the part's name, as {@link Part#object} says
     * @return the caller's to close; reading it fails with {@link DamagedBackupException} at the latest before its end
     * @throws IllegalArgumentException if no backup that counts has such a part
     * @throws DamagedBackupException if it is not what the manifest names
     * @throws KeyUnavailableException if its key is not to be had
     */
    public InputStream read(String object) throws IOException {
        for (Manifest backup : catalogue.list().backups()) {
            if (backup.objects().stream().anyMatch(part -> part.name().equals(object))) {
                return catalogue.open(backup, object);
            }
        }
        throw new IllegalArgumentException("no backup in " + repository.describe() + " has a part " + object);
    }

    private static Progress progress(Reading reading) {
        return (contentBytes, storedBytes) -> reading.at(storedBytes);
    }

    private static Verification verification(Catalogue.Verification found) {
        return new Verification(
                found.backups(), found.objects(), found.bytes(), found.damages(), texts(found.unfinished()));
    }

    private static List<String> texts(List<BackupId> ids) {
        return ids.stream().map(BackupId::toString).toList();
    }

    private Details details(Manifest backup) {
        return new Details(
                backup.info(repository.describe()),
                backup.cluster(),
                backup.node(),
                backup.objects().stream()
                        .map(part -> new Part(part.name(), part.contentBytes(), part.storedBytes(), part.sha256()))
                        .toList(),
                texts(backup.needs()),
                backup.facts());
    }
}
