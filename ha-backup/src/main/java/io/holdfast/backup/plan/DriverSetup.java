package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.LogFeed;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a driver works with.
 *
 * @param cluster the cluster's name
 * @param node this node's id
 * @param plan what the planner is told
 * @param repositories of the layers, by their names
 * @param sources by their names, those of the plan
 * @param feed the log to be archived; empty if the plan says nothing of that
 * @param isMaster whether this node is the master, as far as it knows
 * @param bytesPerSecond for each backup or copy that is written; 0 for as many as there are
 * @param silentFor how long nothing is heard of a backup before it counts as dead
 * @param drills empty if the plan has none
 */
record DriverSetup(
        String cluster,
        String node,
        PlanConfig plan,
        Map<String, BackupRepository> repositories,
        BackupKeys keys,
        Map<String, BackupSource> sources,
        Optional<LogFeed> feed,
        BooleanSupplier isMaster,
        long bytesPerSecond,
        Duration silentFor,
        Optional<DrillSetup> drills) {
    DriverSetup {
        repositories = Map.copyOf(repositories);
        sources = Map.copyOf(sources);
    }

    /** One without drills. */
    DriverSetup(
            String cluster,
            String node,
            PlanConfig plan,
            Map<String, BackupRepository> repositories,
            BackupKeys keys,
            Map<String, BackupSource> sources,
            Optional<LogFeed> feed,
            BooleanSupplier isMaster,
            long bytesPerSecond,
            Duration silentFor) {
        this(
                cluster,
                node,
                plan,
                repositories,
                keys,
                sources,
                feed,
                isMaster,
                bytesPerSecond,
                silentFor,
                Optional.empty());
    }
}
