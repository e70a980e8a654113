package io.holdfast.backup;

import java.time.Instant;
import java.util.List;

/**
 * What a restore takes from where. All of it has been read once, and was whole.
 *
 * @param backup the id of the physical backup that it begins with
 * @param logId of which log that and the parts after it are
 * @param stateIndex the last entry in the backup
 * @param reachesIndex the last entry that the pieces hold, at or after the bound
 * @param reaches when that one was taken, by its master's wall clock
 * @param pieces the backup's container, then those of the log in order
 * @param remarks what an operator should know of: damage that another repository made good, repositories left out
 */
public record RestorePlan(
        String backup,
        String logId,
        long stateIndex,
        long reachesIndex,
        Instant reaches,
        List<Piece> pieces,
        List<String> remarks) {
    /** Copies the lists. */
    public RestorePlan {
        pieces = List.copyOf(pieces);
        remarks = List.copyOf(remarks);
    }

    /**
     * A container.
     *
     * @param object its name
     * @param repository where it is taken from, as {@link BackupRepository#describe()} says
     * @param storedBytes its length
     */
    public record Piece(String object, String repository, long storedBytes) {}
}
