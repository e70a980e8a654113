package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.fleet.FleetState.Growth;

/** What the fleet has done, in the name of the node that decides; each is answered by a {@link FleetInput}, save the last. */
public sealed interface FleetEffect {

    /** Ask the target what is there. */
    record Look() implements FleetEffect {}

    /** Have the target start nodes. */
    record Start(Growth growth) implements FleetEffect {}

    /** Have the target stop a node. */
    record Stop(String action, String node, int size) implements FleetEffect {}

    /** Have a node drain, or serve again, and say how many requests it has. */
    record Drain(String node, boolean is) implements FleetEffect {}

    /** Have a node vote instead of another. */
    record MoveVote(String from, String to) implements FleetEffect {}

    /** Have a node leave the cluster, if it may be stopped. */
    record Leave(String node) implements FleetEffect {}

    /** Something to be told. */
    record Tell(Kind kind, String node, String detail) implements FleetEffect {
        /** What it is about. */
        public enum Kind {
            /** A node serves that was started. */
            ADDED,
            /** A node is gone as it was to be. */
            REMOVED,
            /** Something did not work, or is not possible now. */
            FAILED
        }
    }
}
