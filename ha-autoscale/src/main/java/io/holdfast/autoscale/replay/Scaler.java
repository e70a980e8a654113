package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.LoadSnapshot;
import java.time.Duration;

/** What decides in a {@link Simulation}. */
public interface Scaler {

    /** How many nodes there are to be, and why. */
    record Size(int nodes, String reason) {}

    /** The whole seconds between its decisions; at least 1. */
    int everySeconds();

    /** How many nodes there are to be from now on; the snapshot's figures are means since the decision before. */
    Size decide(LoadSnapshot snapshot);

    /** A node that it ordered has become warm. */
    default void started(Duration took) {}

    /** True if only nodes that are warm are to be in the figures; false for all that serve. */
    default boolean warmOnly() {
        return true;
    }
}
