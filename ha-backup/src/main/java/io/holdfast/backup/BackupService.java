package io.holdfast.backup;

import io.holdfast.core.NotAvailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What can be asked of a node that has {@link Backups}: {@code cluster.feature(BackupService.class)}. Safe from any thread.
 */
public interface BackupService {
    /** The role whose holder does the work. */
    String ROLE = "holdfast.backup";

    /**
     * Makes a backup now, on this node if it holds {@link #ROLE}.
     *
     * @param source the name of what is to be backed up
     * @return completes when it is in one layer, where callbacks run; with {@link NotAvailableException} if another node holds the role, as
     *     the message says, or this one ceases to, stops, or finds no layer that takes one for an hour; with what went wrong if its source
     *     fails. If a layer fails it is tried in the next one, and again. One that is being made when this is called does not count: the
     *     next one begins after it. Failures, too, are told where callbacks run
     * @throws IllegalArgumentException if there is no such source
     */
    CompletableFuture<BackupInfo> runNow(String source);

    /**
     * Restores a source from a layer into a scratch place now, on this node if it holds {@link #ROLE}, and looks at what comes of it: of the replicated
     * state whether it is the cluster's, of another source what its {@link DrillCheck} finds. It waits while a backup is due or made.
     *
     * @param source whose backup, such as {@code state}
     * @param layer its name; empty for the one whose turn it is
     * @return completes when it is done, also if what is in the layer could not be restored, as the outcome says; else as {@link #runNow} does, and with
     *     what went wrong if the layer or the scratch place fails
     * @throws IllegalArgumentException if there is no such layer, or nothing is known of how to restore that source
     */
    CompletableFuture<DrillInfo> drillNow(String source, String layer);

    /**
     * What came of the last drills of all layers, the oldest first, read now. Blocks. A layer that cannot be read is passed over, unless none can.
     *
     * @throws BackupRepositoryException if no layer can be read
     */
    List<DrillInfo> drills();

    /**
     * What is in all layers, read now. Blocks. One that cannot be read is passed over, unless none can.
     *
     * @throws BackupRepositoryException if no layer can be read
     */
    List<BackupInfo> list();

    /**
     * What is thrown away in each layer by its policy, and why all else stays, as far as this node knows what is there: it holds {@link #ROLE}, looks at
     * each layer every hour, and knows what it has done there since. What is read just then goes later.
     *
     * @param dryRun false to have it thrown away, too, soon after this is told. That says also that the wall clock is right, if it was set
     * @return completes where callbacks run; with {@link NotAvailableException} if another node holds the role, or this one stops
     */
    CompletableFuture<PruneReport> prune(boolean dryRun);
}
