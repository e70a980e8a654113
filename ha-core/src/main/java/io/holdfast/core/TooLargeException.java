package io.holdfast.core;

/**
 * The request was refused at once, unsent, because it is larger than the configured limit.
 */
public class TooLargeException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, naming the node, and what to do */
    public TooLargeException(String message) {
        super(message);
    }
}
