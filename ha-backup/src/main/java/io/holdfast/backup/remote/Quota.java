package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How much may lie in a directory. What lies there is counted when it is first asked for, and again before something is refused, as others may have
 * taken things away. Safe from any thread.
 *
 * <p>What is kept in pieces counts, too, also while nobody is at it: it lies there for days.
 *
 * <p>The catalogue's marks may lie there although there is no room for anything else: whoever takes a layer over has to claim it before it may
 * delete what is old, and a layer that is full would else stay so.
 */
final class Quota {
    /** So much of marks may lie there beyond the limit. */
    static final long RESERVE_BYTES = 16 << 20;

    /** As the catalogue names what is put by who takes a layer over, looks at it, and deletes. */
    private static final Set<String> MARKS = Set.of("fences/", "running/", "deleting/", "probes/");

    private final long most;
    private final LongSupplier contents;
    private long stored = -1;
    private long underWay;

    /** @param contents how many bytes lie there, without those that are under way */
    Quota(long most, LongSupplier contents) {
        this.most = most;
        this.contents = contents;
    }

    /** For bytes that are about to be written. */
    synchronized void take(String place, String name, int bytes) {
        if (most == Long.MAX_VALUE) {
            underWay += bytes;
            return; // nothing is refused, and nothing has to be counted
        }
        long room = isMark(name) && most < Long.MAX_VALUE - RESERVE_BYTES ? most + RESERVE_BYTES : most;
        if (stored < 0 || stored + underWay + bytes > room) {
            stored = contents.getAsLong();
        }
        if (stored + underWay + bytes > room) {
            throw new BackupRepositoryException(
                    Reason.NO_SPACE,
                    place + ", " + name + ": there are " + (stored + underWay) + " bytes of " + most
                            + " that may lie there; keep less, or allow more by maxBytes",
                    null);
        }
        underWay += bytes;
    }

    private static boolean isMark(String name) {
        return MARKS.stream().anyMatch(name::startsWith);
    }

    /** So many are no longer under way. */
    synchronized void end(long bytes, boolean areStored) {
        underWay -= bytes;
        if (areStored && stored >= 0) {
            stored += bytes;
        }
    }

    /** So many that lay there are under way again. */
    synchronized void resumed(long bytes) {
        underWay += bytes;
        deleted(bytes);
    }

    /** So many are no longer under way, and stay, as far as is known: what is refused is counted before. */
    synchronized void left(long bytes) {
        end(bytes, true);
    }

    synchronized void deleted(long bytes) {
        if (stored >= 0) {
            stored = Math.max(0, stored - bytes);
        }
    }
}
