package io.holdfast.core;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Something that a node looks at again and again to know whether it is well; see {@link HaCluster.Builder#healthCheck}. Each
 * check has a thread of its own, so that one that hangs harms no other. Immutable: each method returns a changed copy.
 *
 * <p>The first result counts at once. After that it takes {@link #fall} worse ones in a row to make it worse and {@link #rise}
 * better ones to make it better, so that a single slow answer does not take a node away.
 */
public final class HealthCheck {
    private final Callable<Health> probe;
    private final Duration interval;
    private final Duration timeout;
    private final int rise;
    private final int fall;

    private HealthCheck(Callable<Health> probe, Duration interval, Duration timeout, int rise, int fall) {
        this.probe = probe;
        this.interval = interval;
        this.timeout = timeout;
        this.rise = rise;
        this.fall = fall;
    }

    /**
     * A check that says yes or no.
     *
     * @param isUp true for {@link Health#UP}; false, or an exception, for {@link Health#DOWN}
     */
    public static HealthCheck of(Callable<Boolean> isUp) {
        return graded(() -> Boolean.TRUE.equals(isUp.call()) ? Health.UP : Health.DOWN);
    }

    /**
     * A check with three answers.
     *
     * @param probe an exception stands for {@link Health#DOWN}
     */
    public static HealthCheck graded(Callable<Health> probe) {
        return new HealthCheck(probe, Duration.ofSeconds(5), Duration.ofSeconds(2), 2, 3);
    }

    /** From one beginning to the next, 100 ms to 1 h; 5 s by default. */
    public HealthCheck every(Duration between) {
        return new HealthCheck(probe, between, timeout, rise, fall);
    }

    /** How long an answer may take before it counts as {@link Health#DOWN}, 10 ms to 10 min; 2 s by default. */
    public HealthCheck timeout(Duration limit) {
        return new HealthCheck(probe, interval, limit, rise, fall);
    }

    /** How many better results in a row it takes to become better, 1 to 100; 2 by default. */
    public HealthCheck rise(int results) {
        return new HealthCheck(probe, interval, timeout, results, fall);
    }

    /** How many worse results in a row it takes to become worse, 1 to 100; 3 by default. */
    public HealthCheck fall(int results) {
        return new HealthCheck(probe, interval, timeout, rise, results);
    }

    void validate(String name) {
        within(name, "every in ms", interval.toMillis(), 100, 3_600_000);
        within(name, "timeout in ms", timeout.toMillis(), 10, 600_000);
        within(name, "rise", rise, 1, 100);
        within(name, "fall", fall, 1, 100);
    }

    private static void within(String name, String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "health check " + name + ": " + what + " " + value + " is not within " + least + " to " + most);
        }
    }

    Callable<Health> probe() {
        return probe;
    }

    long intervalNanos() {
        return interval.toNanos();
    }

    long timeoutNanos() {
        return timeout.toNanos();
    }

    HealthTally tally() {
        return new HealthTally(rise, fall);
    }
}
