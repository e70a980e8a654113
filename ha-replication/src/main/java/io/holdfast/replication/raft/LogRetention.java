package io.holdfast.replication.raft;

import java.util.Collection;

/**
 * How much of the log is kept though a snapshot holds it. Always something, so that whoever was away for a moment needs no
 * snapshot; and what a holder still needs, up to a bound, since one that never comes back must not fill the disk.
 *
 * @param keptBytes what is always kept before the snapshot's end
 * @param maxHeldBytes the longest log that is kept for a holder
 */
public record LogRetention(long keptBytes, long maxHeldBytes) {

    /**
     * From which index on the log is kept.
     *
     * @param snapshotIndex of the last entry in the snapshot
     * @param needs from which index on each holder needs it
     */
    public long keepFrom(LogIndex log, long snapshotIndex, Collection<Long> needs) {
        long keep = log.startOfLast(keptBytes, snapshotIndex);
        long earliest = log.startOfLast(maxHeldBytes, log.lastIndex());
        for (long need : needs) {
            if (need >= earliest) {
                keep = Math.min(keep, need);
            }
        }
        return keep;
    }
}
