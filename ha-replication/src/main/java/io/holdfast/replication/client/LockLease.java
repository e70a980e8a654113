package io.holdfast.replication.client;

/** A process's lease for all its locks, from its enlisting until it is lost or given up. On the loop, but for its validity. */
final class LockLease {
    final long generation;
    /** What was granted up to there has been told. */
    long toldIndex;
    /** Renewals that have no answer yet. */
    int renewing;
    /** A poll is asking. */
    boolean polling;

    private volatile long validUntilNanos;
    private volatile boolean over;

    LockLease(long generation, long validUntilNanos) {
        this.generation = generation;
        this.toldIndex = generation;
        this.validUntilNanos = validUntilNanos;
    }

    /** Never true again once it was false, since nobody extends it after that. */
    boolean isValid(long nowNanos) {
        return !over && nowNanos - validUntilNanos < 0;
    }

    long remainingNanos(long nowNanos) {
        return over ? 0 : Math.max(0, validUntilNanos - nowNanos);
    }

    void extend(long untilNanos) {
        if (untilNanos - validUntilNanos > 0) {
            validUntilNanos = untilNanos;
        }
    }

    void end() {
        over = true;
    }
}
