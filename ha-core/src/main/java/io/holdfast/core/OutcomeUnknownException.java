package io.holdfast.core;

/**
 * The request was sent and no answer came in time: it took effect, or will, or never will. Read the state to find out;
 * repeating a request that is not idempotent is not safe.
 */
public class OutcomeUnknownException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, naming the node, and what to do */
    public OutcomeUnknownException(String message) {
        super(message);
    }
}
