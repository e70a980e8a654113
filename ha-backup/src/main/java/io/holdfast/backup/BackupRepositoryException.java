package io.holdfast.backup;

import io.holdfast.core.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A repository did not do what it was asked for. The message names the repository, the object and what to do. */
public final class BackupRepositoryException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why it did not. */
    public enum Reason {
        /** There is no such object. */
        ABSENT,
        /** There is no room, or a quota is reached. The same may be tried again once there is some. */
        NO_SPACE,
        /** The repository is not there: a directory that is not mounted, a store that does not answer. */
        UNAVAILABLE,
        /** It is there and does not let this process do that: read-only, no permission. */
        REFUSED,
        /** It cannot keep what the contract promises, such as a file system without links. */
        UNFIT,
        /** Anything else: a disk that fails, for instance. */
        FAILED
    }

    /** @param message what happened, naming the repository and the object, and what to do */
    public BackupRepositoryException(Reason reason, String message, @Nullable Throwable cause) {
        super(message);
        this.reason = reason;
        if (cause != null) {
            initCause(cause);
        }
    }

    /** Why it did not. */
    public Reason reason() {
        return reason;
    }
}
