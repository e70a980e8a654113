package io.holdfast.replication.node;

import io.holdfast.core.Health;
import io.holdfast.core.HealthReport.Finding;
import java.util.ArrayDeque;

/**
 * Whether a disk is too slow: one force of a second or more, finished or not, or three of a quarter of a second or more within
 * ten seconds, make it DEGRADED; half a minute without a slow one makes it UP again. A single hiccup, which any disk has, says
 * nothing. Time is an argument.
 */
final class SlowDisk {
    static final long SLOW_NANOS = 250_000_000L;
    static final long VERY_SLOW_NANOS = 1_000_000_000L;
    static final int SLOW_COUNT = 3;
    static final long WINDOW_NANOS = 10_000_000_000L;
    static final long CALM_NANOS = 30_000_000_000L;

    private final ArrayDeque<Long> slowEnds = new ArrayDeque<>();
    private boolean degraded;
    private long lastSlowNanos;
    private long slowest;

    /** The disk was asked for something, and has done it. */
    void done(long nowNanos, long tookNanos) {
        if (tookNanos < SLOW_NANOS) {
            return;
        }
        lastSlowNanos = nowNanos;
        slowEnds.add(nowNanos);
        if (slowEnds.size() > SLOW_COUNT) {
            slowEnds.remove();
        }
        boolean often = slowEnds.size() == SLOW_COUNT && nowNanos - slowEnds.element() <= WINDOW_NANOS;
        if (tookNanos >= VERY_SLOW_NANOS || often) {
            degraded = true;
        }
        slowest = Math.max(slowest, tookNanos);
    }

    /**
     * How it is.
     *
     * @param runningNanos how long it has been at what it is doing; 0 if it is idle
     */
    Finding at(long nowNanos, long runningNanos) {
        if (runningNanos >= VERY_SLOW_NANOS) {
            degraded = true;
            lastSlowNanos = nowNanos;
            slowest = Math.max(slowest, runningNanos);
            return new Finding(
                    Health.DEGRADED,
                    "the disk has been at work on one force of the log for " + runningNanos / 1_000_000 + " ms");
        }
        if (nowNanos - lastSlowNanos >= CALM_NANOS) {
            degraded = false;
            slowest = 0;
            slowEnds.clear();
        }
        return degraded
                ? new Finding(
                        Health.DEGRADED,
                        "forces of the log are slow, up to " + slowest / 1_000_000 + " ms; the last slow one ended "
                                + (nowNanos - lastSlowNanos) / 1_000_000_000 + " s ago")
                : new Finding(Health.UP, "");
    }
}
