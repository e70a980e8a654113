package io.holdfast.replication;

import io.holdfast.core.ReplicaRole;
import java.util.Map;

/**
 * The state of the log as one process sees it. A client knows the term and the master alone.
 *
 * @param role this process's role
 * @param term the current term
 * @param master the master's node id, empty while unknown
 * @param lastIndex the log's end here
 * @param commitIndex decided up to here
 * @param appliedIndex applied up to here
 * @param durableIndex on this node's disk up to here
 * @param matches at the master: up to where each slave's disk is known to have the log
 */
public record LogStatus(
        ReplicaRole role,
        long term,
        String master,
        long lastIndex,
        long commitIndex,
        long appliedIndex,
        long durableIndex,
        Map<String, Long> matches) {

    /** A copy of its own. */
    public LogStatus {
        matches = Map.copyOf(matches);
    }

    /** The state of a process that knows nothing yet. */
    public static LogStatus unknown(ReplicaRole role) {
        return new LogStatus(role, 0, "", 0, 0, 0, 0, Map.of());
    }
}
