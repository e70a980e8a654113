package io.holdfast.replication.log;

import org.jspecify.annotations.Nullable;

/**
 * What was found when the log was opened.
 *
 * @param fresh true if the directory held no log: for a node that has an identity, its log has been lost
 * @param lastIndex index of the last entry, 0 if there is none
 * @param lastTerm its term, 0 if there is none
 * @param commitIndex an index known to be committed; the true one may be higher
 * @param durableIndex equals {@code lastIndex}: opening forces what it found
 * @param tailCut true if a tail that was not empty was cut, now or earlier, and {@link SegmentedLog#settle} has not been
 *     called since: what the node acknowledged last may be gone
 * @param neededIndex after damage, now or earlier: entries up to there are known to be committed, so that a log which ends
 *     before it is not whole; 0 if nothing is known to be missing
 * @param damage what had been durable and could not be read, so that the log was cut before it; null if nothing
 */
public record Recovery(
        boolean fresh,
        long lastIndex,
        long lastTerm,
        long commitIndex,
        long durableIndex,
        boolean tailCut,
        long neededIndex,
        @Nullable DamagedLogException damage) {}
