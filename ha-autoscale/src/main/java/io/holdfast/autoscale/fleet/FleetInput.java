package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Instance;
import java.util.List;

/** What came of what the fleet had done. */
public sealed interface FleetInput {

    /** What the target has. */
    record Looked(List<Instance> instances) implements FleetInput {
        /** Copies the list. */
        public Looked {
            instances = List.copyOf(instances);
        }
    }

    /** The target did not say. */
    record NotLooked(String reason) implements FleetInput {}

    /** The target took the order to start. */
    record Started(String action) implements FleetInput {}

    /** It did not, or not wholly. */
    record NotStarted(String action, boolean lasting, String reason) implements FleetInput {}

    /** The target stopped the node, or does so. */
    record Stopped(String action) implements FleetInput {}

    /** It did not. */
    record NotStopped(String action, boolean lasting, String reason) implements FleetInput {}

    /**
     * How a node drains.
     *
     * @param forMillis for how long it has
     * @param inFlight how many requests it has; negative if it does not know
     */
    record Draining(String node, boolean is, long forMillis, double inFlight) implements FleetInput {}

    /** A node does not answer, or cannot do it. */
    record NotAsked(String node, String reason) implements FleetInput {}

    /** The node may not be stopped at this moment: it is asked again whether it may. */
    record NotSafe(String node, String reason) implements FleetInput {}

    /** The vote has moved. */
    record VoteMoved(String from) implements FleetInput {}

    /**
     * It has not.
     *
     * @param refused true if the cluster would not survive it
     */
    record VoteNotMoved(String from, boolean refused, String reason) implements FleetInput {}

    /** The node leaves. */
    record Leaving(String node) implements FleetInput {}

    /** The cluster cannot spare the node, or it cannot leave for another reason. */
    record NotLeaving(String node, String reason) implements FleetInput {}
}
