package io.holdfast.replication.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * There is no room for more of the log: the disk is full, or no new segment can be begun because it is read-only, or the
 * process has too many files open. Nothing of the log has changed, so that the same may be tried again later.
 */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoomException(Path directory, IOException cause) {
        super("the log in " + directory + " cannot go on: " + cause.getMessage(), cause);
    }
}
