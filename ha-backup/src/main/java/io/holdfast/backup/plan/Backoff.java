package io.holdfast.backup.plan;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Longer and longer pauses after failures in a row, up to a longest one; each is up to a quarter shorter or longer, by chance. */
final class Backoff {
    private final long firstNanos;
    private final long longestNanos;
    private int failures;
    private long untilNanos;
    private String reason = "";

    Backoff(long firstSeconds, long longestSeconds) {
        this.firstNanos = TimeUnit.SECONDS.toNanos(firstSeconds);
        this.longestNanos = TimeUnit.SECONDS.toNanos(longestSeconds);
    }

    void failed(long nowNanos, String why, RandomGenerator random) {
        failures++;
        reason = why;
        long pause = Math.min(longestNanos, firstNanos << Math.min(20, failures - 1));
        untilNanos = nowNanos + (long) (pause * (0.75 + random.nextDouble() / 2));
    }

    void succeeded() {
        failures = 0;
        reason = "";
    }

    /** False during a pause. */
    boolean isOver(long nowNanos) {
        return failures == 0 || nowNanos - untilNanos >= 0;
    }

    boolean isFailing() {
        return failures > 0;
    }

    /** True if it has not failed more than twice in a row. */
    boolean isNew() {
        return failures <= 2;
    }

    String reason() {
        return failures > 1 ? reason + " (" + failures + " times in a row)" : reason;
    }
}
