package io.holdfast.replication.log;

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
 */
public record Recovery(
        boolean fresh, long lastIndex, long lastTerm, long commitIndex, long durableIndex, boolean tailCut) {}
