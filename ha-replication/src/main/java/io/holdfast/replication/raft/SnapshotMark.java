package io.holdfast.replication.raft;

/**
 * A snapshot as the core knows it.
 *
 * @param index of the last entry in it
 * @param term of that entry
 * @param bytes its length
 */
record SnapshotMark(long index, long term, long bytes) {}
