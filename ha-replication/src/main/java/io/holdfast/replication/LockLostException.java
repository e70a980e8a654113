package io.holdfast.replication;

import io.holdfast.core.HoldfastException;

/**
 * A lock, or permits of a semaphore, were no longer held when they were to be given back, or used once more: the process could not
 * renew its lease in time, or has stopped. What was done under it may have overlapped with what the next holder did, unless the
 * resource checked the token.
 */
public final class LockLostException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message which lock, and what to do */
    public LockLostException(String message) {
        super(message);
    }
}
