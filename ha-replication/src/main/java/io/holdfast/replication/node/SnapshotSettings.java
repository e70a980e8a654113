package io.holdfast.replication.node;

import io.holdfast.replication.raft.LogRetention;

/**
 * When snapshots are taken.
 *
 * @param everyBytes of log
 * @param everyNanos if anything was written since
 */
public record SnapshotSettings(long everyBytes, long everyNanos) {

    /** How much of the log is kept behind them: who was away for a moment needs none, and a slow slave fills no disk. */
    LogRetention retention() {
        return new LogRetention(everyBytes / 4, 4 * everyBytes);
    }
}
