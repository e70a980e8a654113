package io.holdfast.backup.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A source could not be read as a whole, or what it had given could not be loaded; says what of it, and why. */
public final class SourceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    SourceFailedException(String message, @Nullable Throwable cause) {
        super(message);
        if (cause != null) {
            initCause(cause);
        }
    }

    SourceFailedException(String message) {
        this(message, null);
    }
}
