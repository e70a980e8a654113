package io.holdfast.autoscale.fleet;

import java.util.concurrent.TimeUnit;

/** When something that failed is tried again: after a second, two, four, and so on, two minutes at the most. Not thread-safe. */
final class Pause {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long LASTING_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int MOST_DOUBLINGS = 7;

    private int failures;
    private long notBefore;
    private String reason = "";

    /**
     * It failed.
     *
     * @param lasting true if it will again, until somebody does something: it is tried every five minutes
     * @return true if that is news: it is the first time, or for another reason
     */
    boolean failed(long now, boolean lasting, String why) {
        boolean news = failures == 0 || !why.equals(reason);
        long pause = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(failures, MOST_DOUBLINGS));
        notBefore = now + (lasting ? LASTING_NANOS : pause);
        failures++;
        reason = why;
        return news;
    }

    void succeeded() {
        failures = 0;
        reason = "";
        notBefore = Long.MIN_VALUE;
    }

    boolean isOver(long now) {
        return failures == 0 || now - notBefore >= 0;
    }

    int failures() {
        return failures;
    }

    /** Why it failed last; empty if it did not. */
    String reason() {
        return reason;
    }
}
