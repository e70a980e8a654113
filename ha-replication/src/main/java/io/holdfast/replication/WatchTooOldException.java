package io.holdfast.replication;

import io.holdfast.core.HoldfastException;

/**
 * Some of the changes that a {@link MapWatch} is to give are not kept any more by any node that can be reached: it begins
 * too far back, or its listener has fallen behind. Take a position, scan the map, and watch from that position on.
 */
public final class WatchTooOldException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message which index, and which are kept */
    WatchTooOldException(String message) {
        super(message);
    }
}
