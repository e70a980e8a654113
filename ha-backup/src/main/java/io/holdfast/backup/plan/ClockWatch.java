package io.holdfast.backup.plan;

import java.util.concurrent.TimeUnit;

/** Notices that the wall clock was set: then an age by it means nothing, until that can have been seen and mended. */
final class ClockWatch {
    private static final long MOST_MILLIS = TimeUnit.MINUTES.toMillis(10);
    private static final long DISTRUST_NANOS = TimeUnit.DAYS.toNanos(1);

    private boolean known;
    private long differenceMillis;
    private boolean set;
    private long setAt;
    private long byMillis;

    void look(Moment now) {
        long difference = now.wallMillis() - TimeUnit.NANOSECONDS.toMillis(now.nanos());
        if (known && Math.abs(difference - differenceMillis) > MOST_MILLIS) {
            set = true;
            setAt = now.nanos();
            byMillis = difference - differenceMillis;
        } else if (set && now.nanos() - setAt >= DISTRUST_NANOS) {
            set = false;
        }
        // Each time, so that a clock that is slowly put right is not taken for one that was set.
        differenceMillis = difference;
        known = true;
    }

    /** True if ages cannot be trusted. */
    boolean isSet() {
        return set;
    }

    /** Somebody says that it is right. */
    void trust() {
        set = false;
    }

    long bySeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(byMillis);
    }
}
