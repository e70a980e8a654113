package io.holdfast.autoscale.fleet;

/** How far a node is: each has one of these at a time. */
public enum Stage {
    /** The target was asked for it, and does not show it yet. */
    ORDERED(true),
    /** It is being started, or runs and cannot serve yet. */
    STARTING(true),
    /** It serves, and is not counted yet in what the load is shared by. */
    WARMING(true),
    /** It serves. */
    READY(true),
    /** It served, and is silent, restarts or cannot serve at present: its place is kept for a while. */
    AWAY(true),
    /** It is being taken away. */
    GOING(false),
    /** Its target says that it ended by itself or could not be started. */
    FAILED(false),
    /** It is not there any more. */
    GONE(false);

    private final boolean placed;

    Stage(boolean placed) {
        this.placed = placed;
    }

    /** True if it has one of the places that are wanted. */
    public boolean hasPlace() {
        return placed;
    }
}
