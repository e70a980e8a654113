package io.holdfast.autoscale;

/** The names of the loads that every node tells. */
public final class Load {
    /** Share of this process's processors that it uses, 0 to 1. */
    public static final String CPU = "cpu";
    /** Share of the largest heap that was in use after the last collection, 0 to 1. */
    public static final String HEAP = "heap";
    /** How late the node's loop runs, in seconds. */
    public static final String LOOP_DELAY = "loop.delay";
    /** Requests that were sent to this node and not yet answered. */
    public static final String IN_FLIGHT = "in.flight";

    private Load() {}
}
