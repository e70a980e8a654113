package io.holdfast.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * When something is done again: at intervals, or at times of the day. Immutable.
 *
 * <p>What was missed, because nothing ran or everything failed, is made up for once and at once, however often it was missed. What has
 * never been done is due at once.
 */
public final class Schedule {
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Duration MOST_JITTER = Duration.ofDays(1);

    private final Times times;
    private final Duration jitter;

    /** What the times are. */
    interface Times {
        /** The first one after that. */
        Instant next(Instant after);
    }

    private Schedule(Times times, Duration jitter) {
        this.times = times;
        this.jitter = jitter;
    }

    /** So long after the last one began, 10 seconds to 366 days. */
    public static Schedule every(Duration interval) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a schedule of every " + interval + "; it must be " + SHORTEST + " to " + LONGEST);
        }
        return new Schedule(new Interval(interval), Duration.ZERO);
    }

    /**
     * By a cron expression of five fields as of crontab(5): minute, hour, day of the month, month, day of the week.
     *
     * <p>A time that does not exist, because the clock is set forward over it, counts as the moment when that happens. A time that exists
     * twice, because the clock is set back, counts when it is there first. An expression that names no hours ({@code *}) runs in every hour
     * there is, so in both of those, and does not make up for the one that is skipped.
     *
     * @throws IllegalArgumentException if that is no such expression, or there is no such time
     */
    public static Schedule cron(String expression, ZoneId zone) {
        return new Schedule(new CronTimes(expression, zone), Duration.ZERO);
    }

    /** Once an hour. */
    public static Schedule hourly() {
        return every(Duration.ofHours(1));
    }

    /** Once a day. */
    public static Schedule daily() {
        return every(Duration.ofDays(1));
    }

    /** Up to so much later, by chance, 0 to a day; so that many clusters do not all begin at once. 0 by default. */
    public Schedule jitter(Duration most) {
        if (most.isNegative() || most.compareTo(MOST_JITTER) > 0) {
            throw new IllegalArgumentException("jitter of " + most + "; it must be 0 to " + MOST_JITTER);
        }
        return new Schedule(times, most);
    }

    /** The first time after that, without jitter. */
    public Instant next(Instant after) {
        return times.next(after);
    }

    /** How much later it may become. */
    public Duration jitter() {
        return jitter;
    }

    private record Interval(Duration interval) implements Times {
        @Override
        public Instant next(Instant after) {
            return after.plus(interval);
        }

        @Override
        public String toString() {
            return "every " + interval;
        }
    }

    @Override
    public String toString() {
        return times + (jitter.isZero() ? "" : ", up to " + jitter + " later");
    }
}
