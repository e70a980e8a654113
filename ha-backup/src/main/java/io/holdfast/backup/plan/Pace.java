package io.holdfast.backup.plan;

import java.util.concurrent.TimeUnit;

/**
 * How long a backup rests for the time that it works: not at all while the node's loop is on time, and the longer the more often that is late. What
 * comes late for want of a processor or a disk does so for all that share them, so the loop tells for all of them how much a backup is in the way.
 *
 * <p>Each time that it is late the rest grows by half, and each time that it is not by a fiftieth less: so it settles where one of twenty is late, however
 * loaded the node is without the backup. It is bounded, since a backup that never ends is none.
 *
 * <p>Pure; not thread-safe.
 */
final class Pace {
    /** What waits for longer has been held up: the loop is asked for a reason, and mostly has nothing else to do at that moment. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** For each nanosecond of work: a backup takes four times as long by that, at the most. */
    static final double MOST = 3;

    private static final double LEAST = 0.25;
    private static final double MORE = 1.5;
    private static final double LESS = 0.98;

    private double rest;

    /** It took the loop so long to come to something. */
    void measured(long nanos) {
        if (nanos > LATE_NANOS) {
            rest = Math.min(MOST, Math.max(LEAST, rest * MORE));
        } else {
            rest = rest * LESS < LEAST / 2 ? 0 : rest * LESS;
        }
    }

    /** How long to rest after so much work. */
    long after(long workNanos) {
        return (long) (Math.max(0, workNanos) * rest);
    }
}
