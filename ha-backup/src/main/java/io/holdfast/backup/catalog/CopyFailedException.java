package io.holdfast.backup.catalog;

import io.holdfast.core.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A backup was not copied because of where it was to be copied from. The message names the repository and the object. */
public final class CopyFailedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Why why;

    /** Why it was not. */
    public enum Why {
        /** It is not there any more. */
        GONE,
        /** It is there, and not as it was stored. */
        DAMAGED,
        /** The repository cannot be read now. */
        UNREADABLE
    }

    CopyFailedException(Why why, String message, @Nullable Throwable cause) {
        super(message);
        this.why = why;
        if (cause != null) {
            initCause(cause);
        }
    }

    /** Why it was not. */
    public Why why() {
        return why;
    }
}
