package io.holdfast.core.runtime;

import java.io.IOException;

/**
 * The disk is full, or a quota reached, and something could not be written. Unlike after any other failure of a write, the same
 * may be tried again once there is room: a write that is repeated at the same place, or a {@link StorageFile#force} or
 * {@link StorageFile#flush} of what had gathered, which still holds it.
 */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message which file could not take what */
    public NoSpaceException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param message which file could not take what */
    public NoSpaceException(String message) {
        super(message);
    }
}
