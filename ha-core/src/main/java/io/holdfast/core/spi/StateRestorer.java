package io.holdfast.core.spi;

import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a {@linkplain StateCut state} and the {@linkplain LogPart log} after it what a new cluster begins with: the other end of {@link
 * ReplicatedState}. Whoever replicates state gives one; who keeps backups uses it. Blocks; for one thread.
 */
public interface StateRestorer {
    /**
     * Finds out what would refuse any restore, such as a directory that is not empty, before much is read for it. Changes nothing.
     *
     * @throws IllegalArgumentException saying what it is, and what to do
     * @throws IOException if that cannot be found out
     */
    void check() throws IOException;

    /**
     * Does it, wholly or not at all. What is given stays the caller's to close, and may be read in part.
     *
     * @param epoch larger than that of all {@linkplain FencingToken tokens} that the old cluster, or another restore of it, has given, 1 to
     *     32,767
     * @param state a cut's bytes, to their end
     * @param log parts of the same log one behind the other, without gaps; the first begins at the entry after the cut's or before, and
     *     each may begin with entries that were in those before; null for none
     * @param upToIndex the last entry that is wanted, {@link Long#MAX_VALUE} for all
     * @param upToWallMillis the latest time, by the masters' wall clock, of an entry that is wanted; {@link Long#MAX_VALUE} for all
     * @throws IllegalArgumentException as {@link #check} does, or if the epoch is too small or the state later than is wanted
     * @throws IllegalStateException if it takes a later release than this one
     * @throws IOException if the state or the log is damaged, has a gap, or cannot be read or written, as the message says
     */
    Restored restore(int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToWallMillis)
            throws IOException;

    /**
     * What has been restored.
     *
     * @param clusterId of the new cluster
     * @param diskId of the new directory
     * @param stateIndex up to which the state is the cut's
     * @param index of the last entry of the old cluster in it
     * @param term of that entry
     * @param wallMillis when that entry was taken, by its master's wall clock
     * @param epoch of all tokens from now on
     */
    record Restored(
            String clusterId, String diskId, long stateIndex, long index, long term, long wallMillis, int epoch) {}
}
