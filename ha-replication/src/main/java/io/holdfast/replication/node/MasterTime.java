package io.holdfast.replication.node;

/**
 * The time that the log carries: the masters' wall clock, made never to decrease, and the time during which there was a
 * master, added up over all of them.
 */
final class MasterTime {
    private long wallMillis;
    private long masterNanos;
    private long sinceNanos;

    /**
     * The log ends with a batch of that time now. That may be less than before: what a master proposed in vain while it was cut
     * off counted its time, and is replaced. Leases rest on this never being ahead of real time.
     */
    void endsAt(long batchWallMillis, long batchMasterNanos) {
        wallMillis = Math.max(wallMillis, batchWallMillis);
        masterNanos = batchMasterNanos;
    }

    /** The log begins after that time at the earliest. */
    void atLeast(long snapshotWallMillis, long snapshotMasterNanos) {
        wallMillis = Math.max(wallMillis, snapshotWallMillis);
        masterNanos = Math.max(masterNanos, snapshotMasterNanos);
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
