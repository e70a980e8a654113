package io.holdfast.core;

/**
 * The request was refused at once, unsent, because as much as is allowed is already waiting. Safe to repeat, later.
 * Has no stack trace: under overload there are very many, and a refusal must cost less than what it refuses.
 */
public class OverloadedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, naming the node, and what to do */
    public OverloadedException(String message) {
        super(message, false);
    }
}
