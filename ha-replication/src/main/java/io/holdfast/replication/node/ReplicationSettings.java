package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.log.FeatureLevel;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node of the log needs to know; times are nanoseconds.
 *
 * @param directory where the log, the vote and the identity are
 * @param listed the nodes that form the cluster, id to address; empty for a node that joins one
 * @param seeds where a node that joins asks for the cluster, with the id of the node that is to be there, or empty
 * @param machine the user's state machine, if any
 * @param heartbeatNanos the master's interval between signs of life
 * @param electionTimeoutNanos how long a master may be silent
 * @param leaseReads whether a master answers reads by its lease
 * @param roleLeaseNanos how long what a node holds of named roles lasts without being renewed
 * @param segmentBytes length of a segment file
 * @param forced false if a write is acknowledged before it is on the disk
 * @param snapshots when they are taken
 * @param maxWaitingBytes what a master takes before it has been applied
 * @param client limits of this node's own users
 * @param storedByDefault true if their writes without a result return when they are on the master's disk
 * @param autopilot whether the master changes who votes by itself
 * @param level the highest {@link FeatureLevel} of a log that this node supports
 * @param seed where a node that joins has its state and log from, if not from the master
 */
public record ReplicationSettings(
        Path directory,
        Map<String, Address> listed,
        Map<Address, String> seeds,
        @Nullable StateMachine machine,
        long heartbeatNanos,
        long electionTimeoutNanos,
        boolean leaseReads,
        long roleLeaseNanos,
        int segmentBytes,
        boolean forced,
        SnapshotSettings snapshots,
        long maxWaitingBytes,
        LogClient.Limits client,
        boolean storedByDefault,
        AutopilotSettings autopilot,
        int level,
        @Nullable SeedSource seed) {
    /** What this release supports. */
    public static final int LEVEL = FeatureLevel.SUPPORTED;

    /** Checks the level. */
    public ReplicationSettings {
        FeatureLevel.check(level);
    }
}
