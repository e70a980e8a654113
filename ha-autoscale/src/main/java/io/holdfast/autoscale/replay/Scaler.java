package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.LoadSnapshot;

/** What decides in a simulation. */
public interface Scaler {
    /** The seconds between its decisions. */
    int everySeconds();

    /** How many nodes there are to be from now on; the snapshot's figures are means since the decision before. */
    int decide(LoadSnapshot snapshot);

    /** True if only nodes that are warm are to be in the figures; false for all that serve. */
    default boolean warmOnly() {
        return true;
    }
}
