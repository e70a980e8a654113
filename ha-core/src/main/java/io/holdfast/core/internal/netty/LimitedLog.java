package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Clock;
import org.slf4j.Logger;

/** A log for what strangers can cause: at most one line a second, which also tells how many were left out. */
final class LimitedLog {
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final Logger log;
    private final Clock clock;
    private final String nodeId;
    private long leftOut;
    private long lastNanos;

    LimitedLog(Logger log, Clock clock, String nodeId) {
        this.log = log;
        this.clock = clock;
        this.nodeId = nodeId;
        this.lastNanos = clock.nanoTime() - PAUSE_NANOS;
    }

    /** Logs, if the last line is a second old. On the loop. */
    void info(String message) {
        long now = clock.nanoTime();
        if (now - lastNanos < PAUSE_NANOS) {
            leftOut++;
            return;
        }
        log.info("node {}: {} ({} such lines left out before)", nodeId, message, leftOut);
        lastNanos = now;
        leftOut = 0;
    }
}
