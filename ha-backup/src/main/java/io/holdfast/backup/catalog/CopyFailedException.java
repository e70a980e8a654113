package io.holdfast.backup.catalog;

import io.holdfast.core.HoldfastException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A backup was not copied, or parts of the log were not put together, because of what was to be read. The message names the repository and the object.
 */
public final class CopyFailedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Why why;
    private final transient @Nullable BackupId id;

    /** Why it was not. */
    public enum Why {
        /** It is not there any more. */
        GONE,
        /** It is there, and not as it was stored. */
        DAMAGED,
        /** It, or the repository, cannot be read now. */
        UNREADABLE
    }

    CopyFailedException(Why why, String message, @Nullable Throwable cause) {
        this(why, null, message, cause);
    }

    /** @param id of several, which one */
    CopyFailedException(Why why, @Nullable BackupId id, String message, @Nullable Throwable cause) {
        super(message);
        this.why = why;
        this.id = id;
        if (cause != null) {
            initCause(cause);
        }
    }

    /** Why it was not. */
    public Why why() {
        return why;
    }

    /** Which one it is, if it is one of several. */
    public Optional<BackupId> id() {
        return Optional.ofNullable(id);
    }
}
