package io.holdfast.backup;

import io.holdfast.core.HoldfastException;

/** A backup was not entered in the catalogue, or nobody can count on it. Make another one. */
public final class NotPublishedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Why why;

    /** Why it was not. */
    public enum Why {
        /** Somebody with a higher fencing token has taken over the catalogue. */
        DEPOSED,
        /** It was silent for so long that it was taken for dead, and its objects are collected. */
        COLLECTED
    }

    /** @param message what happened, naming the backup and the repository, and what to do */
    public NotPublishedException(Why why, String message) {
        super(message);
        this.why = why;
    }

    /** Why it was not. */
    public Why why() {
        return why;
    }
}
