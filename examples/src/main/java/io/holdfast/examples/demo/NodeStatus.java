package io.holdfast.examples.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogStatus;
import java.util.Map;

/** What a node process says of itself five times a second, one JSON object a line. */
record NodeStatus(
        ReplicaRole role, long term, String master, long commit, long applied, long last, Map<String, Long> matches) {

    static NodeStatus of(LogStatus status) {
        return new NodeStatus(
                status.role(),
                status.term(),
                status.master(),
                status.commitIndex(),
                status.appliedIndex(),
                status.lastIndex(),
                status.matches());
    }

    /** True if it has no vote yet. */
    @JsonIgnore
    boolean isLearner() {
        return role == ReplicaRole.LEARNER;
    }

    @JsonIgnore
    boolean isMaster() {
        return role == ReplicaRole.MASTER;
    }
}
