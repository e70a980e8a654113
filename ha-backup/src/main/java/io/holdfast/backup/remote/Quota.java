package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.util.List;
import java.util.function.Supplier;

/**
 * How much may lie in a directory. What lies there is counted when it is first asked for, and again before something is refused, as others may have
 * taken things away. Safe from any thread.
 */
final class Quota {
    private final long most;
    private final Supplier<List<Stored>> contents;
    private long stored = -1;
    private long underWay;

    /** @param contents all that lies there */
    Quota(long most, Supplier<List<Stored>> contents) {
        this.most = most;
        this.contents = contents;
    }

    /** For bytes that are about to be written. */
    synchronized void take(String place, String name, int bytes) {
        if (stored < 0 || stored + underWay + bytes > most) {
            stored = contents.get().stream().mapToLong(Stored::bytes).sum();
        }
        if (stored + underWay + bytes > most) {
            throw new BackupRepositoryException(
                    Reason.NO_SPACE,
                    place + ", " + name + ": there are " + (stored + underWay) + " bytes of " + most
                            + " that may lie there; keep less, or allow more by maxBytes",
                    null);
        }
        underWay += bytes;
    }

    /** So many are no longer under way. */
    synchronized void end(long bytes, boolean areStored) {
        underWay -= bytes;
        if (areStored && stored >= 0) {
            stored += bytes;
        }
    }

    synchronized void deleted(long bytes) {
        if (stored >= 0) {
            stored = Math.max(0, stored - bytes);
        }
    }
}
