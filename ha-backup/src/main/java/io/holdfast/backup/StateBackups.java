package io.holdfast.backup;

import io.holdfast.backup.state.StateLogFeed;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.ReplicatedState;

/**
 * The replicated state of a cluster as something that is backed up: what a scheduler of one's own, a drill or a tool begins with.
 * {@code Backups} does so by itself. What comes of it is restored by {@link StateRestore}.
 */
public final class StateBackups {
    private StateBackups() {}

    /**
     * Physical backups of all of it, named {@code state}: each is one consistent copy, in one container that restores alone. It is taken
     * on this node, a slave as well as the master, while reads and writes go on; it takes room on the node's disk until it is
     * written. A copy that the disk has damaged is no backup: writing it fails.
     *
     * <p>Safe from any thread. A backup that is prepared too late for whoever has given up the stage is closed.
     *
     * @param state of a node that stores it, as {@code cluster.feature(ReplicatedState.class)} gives it; of a client each backup fails
     */
    public static BackupSource source(ReplicatedState state) {
        return new StateSource(state);
    }

    /**
     * Its log between physical backups, in parts of up to 16 MiB, or of one batch of entries if that is longer; so much is in memory
     * from preparing a part until it is written. A part may begin before the entry after which it was asked for. Two nodes may archive
     * at once: a restore takes what it lacks of parts that overlap.
     *
     * <p>It fails with {@link LogGapException} if what follows has been dropped from the log, which the node keeps for whoever asked
     * within the last ten minutes. Other failures pass. Safe from any thread.
     */
    public static LogFeed log(ReplicatedState state) {
        return new StateLogFeed(state);
    }

    /**
     * Logical backups of it: chosen entries of its maps, as lines of JSON, that load into a cluster that runs.
     *
     * @param name of the source: 1 to 40 of {@code a-z 0-9 -}, beginning with a letter
     * @param cluster the cluster's name, for whoever reads the lines
     * @param state of a node that stores it; of a client each backup fails
     */
    public static LogicalBackup logical(String name, String cluster, ReplicatedState state) {
        return new LogicalBackup(name, cluster, state);
    }
}
