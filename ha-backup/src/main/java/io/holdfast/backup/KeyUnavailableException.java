package io.holdfast.backup;

import io.holdfast.core.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * A key of backups cannot be had: it is not among those that were given, or its provider does not answer. What is encrypted
 * with it is whole as far as anybody knows, and cannot be read without it.
 */
public final class KeyUnavailableException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message which key is missing, by its id, where it was looked for, and what to do */
    public KeyUnavailableException(String message, @Nullable Throwable cause) {
        super(message);
        if (cause != null) {
            initCause(cause);
        }
    }
}
