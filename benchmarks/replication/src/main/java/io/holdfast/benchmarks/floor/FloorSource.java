package io.holdfast.benchmarks.floor;

/** Where the leader's records come from. Called by its loop. */
interface FloorSource {
    /** Adds the records that are to be written now. */
    void fill(FloorBatch batch);

    /** Whether {@link #fill} would add any. */
    boolean hasMore();

    /** The oldest of those that were added, so many, are on the disks of two. */
    void committed(int count, long startNanos);

    /** Whether the loop is to end. */
    boolean isDone();
}
