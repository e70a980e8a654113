package io.holdfast.autoscale.node;

import java.util.concurrent.TimeUnit;

/**
 * What is wrong with the record in the log, and when it is tried again: after a second, two, four, and so on, two minutes at the most.
 * Not thread-safe.
 */
final class RecordTrouble {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int MOST_DOUBLINGS = 7;

    private int failures;
    private String reason = "";

    /**
     * It failed.
     *
     * @return true if that is news: it is the first time, or for another reason
     */
    boolean failed(String why) {
        boolean news = !why.equals(reason);
        failures++;
        reason = why;
        return news;
    }

    /** After how long it is tried again. */
    long pauseNanos() {
        return Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1)));
    }

    /** What is wrong, for people; empty for nothing. */
    String reason() {
        return reason;
    }

    void isOver() {
        failures = 0;
        reason = "";
    }
}
