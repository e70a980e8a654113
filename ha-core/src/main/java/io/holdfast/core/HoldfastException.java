package io.holdfast.core;

/**
 * An outcome that a caller should expect and can act upon. Wrong calls and wrong configuration are {@link
 * IllegalArgumentException} and {@link IllegalStateException} instead.
 */
public abstract class HoldfastException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** For the subclasses. */
    protected HoldfastException(String message) {
        super(message);
    }

    /** For one that may come very often, without a stack trace. */
    HoldfastException(String message, boolean withStackTrace) {
        super(message, null, true, withStackTrace);
    }
}
