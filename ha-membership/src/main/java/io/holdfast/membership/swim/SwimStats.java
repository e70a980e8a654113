package io.holdfast.membership.swim;

/** What has happened since the start, for metrics. Read on the thread that drives the core. */
public final class SwimStats {
    long probes;
    long probesFailed;
    long rescuedIndirectly;
    long rescuedByStream;
    long suspicionsRaised;
    long suspicionsOfSelf;
    long evidence;
    long pushPulls;
    long refusedFull;
    long late;
    long lateNanos;

    SwimStats() {}

    /** Probes that were begun. */
    public long probes() {
        return probes;
    }

    /** Probes without any answer. */
    public long probesFailed() {
        return probesFailed;
    }

    /** Probes that only an answer through another member saved. */
    public long rescuedIndirectly() {
        return rescuedIndirectly;
    }

    /** Probes that only a stream answered: where these are many and nearly all fail directly, datagrams are blocked. */
    public long rescuedByStream() {
        return rescuedByStream;
    }

    /** Suspicions that this node came to itself. */
    public long suspicionsRaised() {
        return suspicionsRaised;
    }

    /** Suspicions of this node that it refuted. */
    public long suspicionsOfSelf() {
        return suspicionsOfSelf;
    }

    /** Refused connections that started or hastened a suspicion. */
    public long evidence() {
        return evidence;
    }

    /** Exchanges of the whole table that this node began. */
    public long pushPulls() {
        return pushPulls;
    }

    /** Members not let in because there are as many as may be. */
    public long refusedFull() {
        return refusedFull;
    }

    /** How often this node found itself late. */
    public long late() {
        return late;
    }

    /** By how much in total, in nanoseconds. */
    public long lateNanos() {
        return lateNanos;
    }
}
