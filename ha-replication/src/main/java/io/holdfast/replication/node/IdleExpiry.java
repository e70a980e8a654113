package io.holdfast.replication.node;

/**
 * Lets the log's time go on where nothing is written, so that what is due goes all the same: the master then writes an
 * empty entry. At most one a second, and none while nothing is due or something is under way, which brings the time with
 * it. On the loop.
 */
final class IdleExpiry {
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final Ingress ingress;
    private final Applier applier;
    private final MasterTime time;
    private long writtenNanos;

    IdleExpiry(Ingress ingress, Applier applier, MasterTime time, long nowNanos) {
        this.ingress = ingress;
        this.applier = applier;
        this.time = time;
        this.writtenNanos = nowNanos - PAUSE_NANOS;
    }

    /**
     * To be called now and then.
     *
     * @param lastIndex of this node's log
     */
    void tick(long nowNanos, long lastIndex) {
        boolean idle = ingress.isMaster() && applier.applied() == lastIndex;
        if (idle && nowNanos - writtenNanos >= PAUSE_NANOS && applier.isDue(time.masterNanosAt(nowNanos))) {
            writtenNanos = nowNanos;
            ingress.letTimePass();
        }
    }
}
