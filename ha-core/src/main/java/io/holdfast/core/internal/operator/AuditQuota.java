package io.holdfast.core.internal.operator;

/**
 * How many lines about what was refused one link may have written: whoever is refused in a loop would fill the disk. The first ones
 * always are, so who it was is known; what is left out is counted, and said with the next line. Not thread-safe.
 */
final class AuditQuota {
    static final int MOST_A_SECOND = 10;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private boolean begun;
    private long sinceNanos;
    private int written;
    private long leftOut;

    /** True if a line may be written now; else it is counted. */
    boolean take(long now) {
        if (!begun || now - sinceNanos >= SECOND_NANOS) {
            begun = true;
            sinceNanos = now;
            written = 0;
        }
        if (written >= MOST_A_SECOND) {
            leftOut++;
            return false;
        }
        written++;
        return true;
    }

    /** Counts what has no line of its own. */
    void leaveOut(long more) {
        leftOut += more;
    }

    /** How many were left out since this was last asked. */
    long takeLeftOut() {
        long taken = leftOut;
        leftOut = 0;
        return taken;
    }
}
