package io.holdfast.core.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Predicate;

/**
 * Has a state and the log after it for a node that joins a cluster, so that the master need not send them: an archive of backups, for
 * instance. Whoever keeps such a thing gives one; whoever replicates state takes it. What it gives counts only as far as the cluster's
 * own log agrees.
 */
public interface SeedSource {
    /** What it is, for people. */
    String describe();

    /**
     * Has the target take the latest state that is whole, and what follows it without a gap. Blocks for as long as reading all that
     * takes; called by one thread, which may be another one each time.
     *
     * @param isWanted true of the {@linkplain ReplicatedState#logId ids} of the logs that will do; of several the latest is taken
     * @param target asked once at the most
     * @return what the target has said
     * @throws java.util.concurrent.CancellationException if the target {@linkplain Target#check does not want it any more}
     * @throws IOException if there is nothing of such a log that can be used, or it cannot be read, as the message says; and what the
     *     target threw
     */
    Seeded seed(Predicate<String> isWanted, Target target) throws IOException;

    /** Where to. */
    @FunctionalInterface
    interface Target {
        /**
         * Takes it, wholly or not at all. What is given stays the caller's to close. Blocks; for one thread.
         *
         * @param logId of which log
         * @param state a {@linkplain StateCut cut}'s bytes, to their end
         * @param log {@linkplain LogPart parts} of the log one behind the other, without gaps; the first begins at the entry after the
         *     cut's or before, and each may begin with entries that were in those before
         * @throws IllegalStateException if it takes a later release than this one
         * @throws IOException if the state or the log is damaged or has a gap, or cannot be read or written, as the message says
         */
        Seeded take(String logId, InputStream state, InputStream log) throws IOException;

        /**
         * Asked by the source now and then, every few megabytes that it reads, also before it has anything to give: whether it is to go on.
         *
         * @throws java.util.concurrent.CancellationException if not, which ends {@link SeedSource#seed}
         */
        default void check() {}
    }

    /**
     * What was taken.
     *
     * @param logId of which log
     * @param stateIndex the last entry in the state
     * @param index the last entry in the log after it
     * @param term of that entry
     */
    record Seeded(String logId, long stateIndex, long index, long term) {}
}
