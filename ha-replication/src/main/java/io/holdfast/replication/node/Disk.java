package io.holdfast.replication.node;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.DamagedLogException;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.UnforcedMark;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.LogIndex;
import io.holdfast.replication.raft.Membership;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was found on the disk of a voter.
 *
 * @param index the batches of the log
 * @param base who belonged to the cluster where the snapshot ends
 * @param members who belongs to the cluster, as the snapshot and the log say
 * @param mayHaveLost true if the log was not forced, and not stopped in order
 * @param wallMillis of the last batch in the log
 * @param masterNanos of the last batch in the log
 */
record Disk(
        SegmentedLog log,
        LogIndex index,
        Configuration base,
        Membership members,
        HardStateFile hardState,
        Snapshots.Found snapshots,
        boolean mayHaveLost,
        Worker preparer,
        long wallMillis,
        long masterNanos) {
    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    /** Reads it; takes as long as the log and the snapshot are. Not on the loop. */
    static Disk open(NodeRuntime runtime, ReplicationSettings settings, Identity identity) throws IOException {
        FeatureLevel.require(identity.nodeId(), identity.level(), settings.level());
        Worker preparer = runtime.newWorker("segments");
        HardStateFile hardState = HardStateFile.open(runtime.storage(), settings.directory(), identity.shared());
        Snapshots.Found snapshots = Snapshots.Found.open(runtime, settings.directory(), identity.logId());
        Configuration inSnapshot = snapshots.configuration();
        if (inSnapshot != null) {
            FeatureLevel.require(identity.nodeId(), inSnapshot.level(), settings.level());
        }
        SegmentedLog log = openLog(runtime, settings, identity, preparer, snapshots.end());
        if (log.recovery().fresh()) {
            throw new IOException(settings.directory() + " holds the identity of voter " + identity.nodeId()
                    + " but its log is gone: it would vote without its memory. Restore the directory as a whole");
        }
        LogIndex index = new LogIndex(log.base());
        log.describe(index::append);
        Configuration base = inSnapshot == null ? identity.configuration() : inSnapshot;
        Membership members = new Membership(
                Voter.id(identity.nodeId(), identity.diskId()), snapshots.end().index(), base);
        log.configurations().forEach(members::append);
        LastBatchTime time = LastBatchTime.read(log);
        boolean mayHaveLost = UnforcedMark.exists(runtime.storage(), settings.directory());
        if (!settings.forced()) {
            UnforcedMark.create(runtime.storage(), settings.directory());
        }
        return new Disk(
                log,
                index,
                base,
                members,
                hardState,
                snapshots,
                mayHaveLost,
                preparer,
                time.wallMillis(),
                time.masterNanos());
    }

    private static SegmentedLog openLog(
            NodeRuntime runtime, ReplicationSettings settings, Identity identity, Worker preparer, LogBase snapshot)
            throws IOException {
        try {
            return open(runtime, settings, identity, preparer, snapshot);
        } catch (DamagedLogException e) {
            if (identity.shared()) {
                throw e;
            }
            throw new IOException(
                    e.getMessage()
                            + ". This node is alone in its cluster, so that nobody has what is missing; restore its"
                            + " directory, as a whole, from a backup",
                    e);
        }
    }

    private static SegmentedLog open(
            NodeRuntime runtime, ReplicationSettings settings, Identity identity, Worker preparer, LogBase snapshot)
            throws IOException {
        return SegmentedLog.open(
                runtime.storage(),
                settings.directory().resolve("log"),
                new LogOptions(settings.segmentBytes(), settings.forced(), identity.shared(), settings.level()),
                identity.logId(),
                runtime.random(),
                preparer,
                snapshot);
    }

    /** Makes an empty log and vote where there are none, before the node is called part of a cluster. */
    static void prepare(NodeRuntime runtime, ReplicationSettings settings, Identity identity) throws IOException {
        if (!runtime.storage().exists(settings.directory().resolve("vote"))) {
            HardStateFile.create(runtime.storage(), settings.directory()).close();
        }
        runtime.storage().createDirectories(settings.directory().resolve("log"));
        Worker preparer = runtime.newWorker("segments");
        openLog(runtime, settings, identity, preparer, LogBase.NONE).close();
        preparer.close();
    }

    void close() {
        try {
            log.close();
            hardState.close();
        } catch (IOException e) {
            LOG.warn("a file of the log could not be closed", e);
        }
        preparer.close(); // after the log, whose end ends a segment that is being made
    }
}
