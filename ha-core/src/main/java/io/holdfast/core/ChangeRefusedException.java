package io.holdfast.core;

/**
 * Who belongs to the cluster, or votes, was not changed: the cluster would not have survived it, or it makes no sense as things
 * are. Nothing has changed. The message says why, naming nodes, and what to do first.
 */
public class ChangeRefusedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message why, naming the nodes, and what to do */
    public ChangeRefusedException(String message) {
        super(message);
    }
}
