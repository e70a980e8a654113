package io.holdfast.core.internal.file;

import io.holdfast.core.runtime.NoSpaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a failed write is called. */
final class WriteFailure {
    /** The system's words are in its user's language; so little room is another sign. */
    private static final long LITTLE_ROOM = 64 << 10;

    private WriteFailure() {}

    /** A {@link NoSpaceException} if there was no room, else any other; with the cause's words. */
    static IOException of(String what, Path file, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        boolean noSpace = why.contains("No space left on device") || why.contains("quota exceeded") || isFull(file);
        return noSpace ? new NoSpaceException(what + ": " + why, cause) : new IOException(what + ": " + why, cause);
    }

    private static boolean isFull(Path file) {
        try {
            long usable = Files.getFileStore(file).getUsableSpace();
            return usable >= 0 && usable < LITTLE_ROOM;
        } catch (IOException e) {
            return false;
        }
    }
}
