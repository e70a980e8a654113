package io.holdfast.replication.node;

/**
 * The time that the log carries: the masters' wall clock, made never to decrease, and the time during which there was a
 * master, added up over all of them.
 */
final class MasterTime {
    private long wallMillis;
    private long masterNanos;
    private long sinceNanos;

    /** A batch of the log has been seen. */
    void seen(long batchWallMillis, long batchMasterNanos) {
        wallMillis = Math.max(wallMillis, batchWallMillis);
        masterNanos = Math.max(masterNanos, batchMasterNanos);
    }

    /** This node has become master: from now on its own clock counts. */
    void lead(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** Goes on to this moment, at the master. */
    void advance(long nowNanos, long nowWallMillis) {
        masterNanos = masterNanosAt(nowNanos);
        sinceNanos = nowNanos;
        wallMillis = Math.max(wallMillis, nowWallMillis);
    }

    /** What it would be at the master at that moment. */
    long masterNanosAt(long nowNanos) {
        return masterNanos + Math.max(0, nowNanos - sinceNanos);
    }

    long wallMillis() {
        return wallMillis;
    }

    long masterNanos() {
        return masterNanos;
    }
}
