package io.holdfast.core;

/**
 * The request was not carried out and will not be: no master could be reached before the deadline, or the node is
 * stopping. Safe to repeat.
 */
public class NotAvailableException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, naming the node, and what to do */
    public NotAvailableException(String message) {
        super(message);
    }
}
