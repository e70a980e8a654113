package io.holdfast.core;

/**
 * The request was carried out on every node and failed on every node in the same way: the state machine threw.
 */
public class RequestFailedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, naming the node, and what to do */
    public RequestFailedException(String message) {
        super(message);
    }
}
