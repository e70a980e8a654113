package io.holdfast.backup;

import io.holdfast.backup.restore.Seeding;
import io.holdfast.core.spi.SeedSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Gives a node that joins a running cluster its state and log from the repositories where the cluster's backups are, so that the master sends only
 * what came after the last part of the log that was archived.
 *
 * <pre>{@code
 * LogReplication.inDirectory(dir)
 *         .join("10.0.0.1:7400", "10.0.0.2:7400")
 *         .seededFrom(StateSeed.from(BackupRepository.directory(nas)).keys(BackupKeys.inFile(keys)))
 * }</pre>
 *
 * <p>It takes the newest physical backup that is whole in any of them, and the log after it up to the first gap. A repository that is not there, or has
 * not returned from a call for 150 seconds, is done without. Nothing is claimed or changed: the node becomes one of the same cluster, in the same epoch, and has no vote until it is given
 * one. Each container is read twice, once to check it.
 *
 * <p>Immutable; its calls block. Safe from any thread.
 */
public final class StateSeed implements SeedSource {
    private final List<BackupRepository> repositories;
    private final BackupKeys keys;

    private StateSeed(List<BackupRepository> repositories, BackupKeys keys) {
        this.repositories = repositories;
        this.keys = keys;
    }

    /** From these, the first of which is asked first: put the quickest there. */
    public static StateSeed from(BackupRepository first, BackupRepository... others) {
        List<BackupRepository> all = new ArrayList<>();
        all.add(first);
        all.addAll(List.of(others));
        return new StateSeed(List.copyOf(all), BackupKeys.none());
    }

    /** With which keys the backups are read; {@link BackupKeys#none} by default. */
    public StateSeed keys(BackupKeys with) {
        return new StateSeed(repositories, with);
    }

    @Override
    public String describe() {
        return "the backups in "
                + String.join(
                        ", ",
                        repositories.stream().map(BackupRepository::describe).toList());
    }

    /**
     * {@inheritDoc}
     *
     * @throws RestoreRefusedException if there is nothing of such a log that can be used
     * @throws BackupRepositoryException if a repository fails while it is read for the second time; so with {@link DamagedBackupException}
     */
    @Override
    public Seeded seed(Predicate<String> isWanted, Target target) throws IOException {
        return Seeding.seed(repositories, keys, isWanted, target);
    }

    /**
     * Puts it where a node will be started that joins the cluster, without asking that: into the directory that {@code OfflineSeed.into} of
     * {@code ha-replication} names. That the newest log is the cluster's the node finds out when it joins.
     *
     * @throws RestoreRefusedException as of {@link #seed}
     * @throws IllegalArgumentException if the directory is not empty
     * @throws IOException if it cannot be written
     */
    public Seeded into(Target target) throws IOException {
        return seed(id -> true, target);
    }
}
