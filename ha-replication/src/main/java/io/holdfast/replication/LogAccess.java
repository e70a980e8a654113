package io.holdfast.replication;

import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.session.Commands;
import java.util.Map;

/** What the running feature offers to the structures on top of it; found with {@code HaCluster.feature}. */
public interface LogAccess {

    /** Writes and reads. */
    Commands commands();

    /** The state of the log at this moment, as this process sees it. Safe from any thread. */
    LogStatus status();

    /**
     * The state of the log.
     *
     * @param role this process's role
     * @param term the current term
     * @param master the master's id, empty while unknown
     * @param lastIndex the log's end here
     * @param commitIndex decided up to here
     * @param appliedIndex applied up to here
     * @param durableIndex on this node's disk up to here
     * @param matches at the master: each slave's durable index
     */
    record LogStatus(
            ReplicaRole role,
            long term,
            String master,
            long lastIndex,
            long commitIndex,
            long appliedIndex,
            long durableIndex,
            Map<String, Long> matches) {

        /** Nothing is known. */
        public static final LogStatus NONE = new LogStatus(ReplicaRole.SLAVE, 0, "", 0, 0, 0, 0, Map.of());

        /** A copy of its own. */
        public LogStatus {
            matches = Map.copyOf(matches);
        }
    }
}
