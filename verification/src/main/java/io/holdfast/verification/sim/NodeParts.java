package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.testkit.SimulatedNode;
import java.util.List;

/** What the nodes of a simulated cluster have beside the log. */
interface NodeParts {
    /** Nothing. */
    NodeParts NONE = new NodeParts() {};

    /** The log as it is to be configured. */
    default LogReplication log(LogReplication log) {
        return log;
    }

    /** Up to which level the release supports the log that a machine's next process runs. */
    default int level(String id) {
        return FeatureLevel.SUPPORTED;
    }

    /** A process as it is to start. */
    default HaCluster.Builder node(SimulatedNode machine, HaCluster.Builder builder) {
        return builder;
    }

    /** A client as it is to start. */
    default HaCluster.Builder client(HaCluster.Builder builder) {
        return builder;
    }

    /** True if there are no named roles and no short time-outs, so that much time passes with few events. */
    default boolean areQuiet() {
        return false;
    }

    /** What the parts of the master say, for a failure's report. */
    default String describe(HaCluster master) {
        return "";
    }

    /**
     * True if nobody will change by himself who votes.
     *
     * @param voters who votes, by node id
     * @param standby who gets the log and has no vote
     * @param wanted how many are wanted to vote
     */
    default boolean isDone(List<?> voters, List<?> standby, int wanted) {
        return true;
    }
}
