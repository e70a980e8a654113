package io.holdfast.autoscale;

/**
 * A node as its target sees it, whether or not it is in the cluster.
 *
 * @param node the node's id
 * @param state how far it is
 * @param detail for people, such as a process id or why it failed; may be empty
 */
public record Instance(String node, State state, String detail) {

    /** How far an instance is. */
    public enum State {
        /** It was asked for, and does not run yet. */
        STARTING,
        /** It runs; whether it serves, the cluster knows. */
        RUNNING,
        /** It was told to stop, and has not yet. */
        STOPPING,
        /** It ended by itself, or could not be started. */
        FAILED
    }
}
