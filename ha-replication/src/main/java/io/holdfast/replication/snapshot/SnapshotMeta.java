package io.holdfast.replication.snapshot;

/**
 * Which state a snapshot holds: that after all entries up to an index.
 *
 * @param index of the last entry in it, at least 1
 * @param term of that entry
 * @param wallMillis the wall time of that entry's batch
 * @param masterNanos the masters' accumulated time at that entry's batch
 */
public record SnapshotMeta(long index, long term, long wallMillis, long masterNanos) {

    /** Checks the ranges. */
    public SnapshotMeta {
        if (index < 1 || term < 1) {
            throw new IllegalArgumentException("a snapshot at index " + index + ", term " + term);
        }
    }
}
