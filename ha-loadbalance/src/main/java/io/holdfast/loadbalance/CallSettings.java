package io.holdfast.loadbalance;

import java.time.Duration;
import java.util.function.Function;

/**
 * How calls are made. docs/load-balancing.md says where the defaults come from. Immutable: each method returns a changed copy.
 *
 * @param deadline of a whole call, tries and waits together, 1 ms to 1 h; 10 s by default
 * @param attemptTimeout of one try, 1 ms to 1 h; 2 s by default, and never more than what is left of the deadline
 * @param attempts how often a call is tried, 1 to 100; 5 by default. Where the same master is tried again, while no other has been
 *     announced, that is not counted
 * @param hold for how long a call waits while there is no master, or nobody who may be asked, 0 to 5 min; 5 s by default
 * @param mostHeld how many calls may wait so at a time, 0 to 1,000,000; 10,000 by default. More are refused as overload
 * @param retryPercent how many of a hundred calls may be tried again, 0 to 100; 15 by default
 * @param retriesPerSecond how many may be besides, 0 to 10,000; 3 by default, for callers that call seldom
 * @param failure what an exception of an attempt means; {@link Failure#of} by default. Called on the caller's thread or on that
 *     which completes its future; what it throws counts as {@link Failure#CALLER}
 */
public record CallSettings(
        Duration deadline,
        Duration attemptTimeout,
        int attempts,
        Duration hold,
        int mostHeld,
        int retryPercent,
        int retriesPerSecond,
        Function<Throwable, Failure> failure) {
    private static final CallSettings USUAL = new CallSettings(
            Duration.ofSeconds(10), Duration.ofSeconds(2), 5, Duration.ofSeconds(5), 10_000, 15, 3, Failure::of);

    /** Checks the ranges. */
    public CallSettings {
        checkDuration("deadline", deadline, Duration.ofMillis(1), Duration.ofHours(1));
        checkDuration("attemptTimeout", attemptTimeout, Duration.ofMillis(1), Duration.ofHours(1));
        checkNumber("attempts", attempts, 1, 100);
        checkDuration("hold", hold, Duration.ZERO, Duration.ofMinutes(5));
        checkNumber("mostHeld", mostHeld, 0, 1_000_000);
        checkNumber("retryPercent", retryPercent, 0, 100);
        checkNumber("retriesPerSecond", retriesPerSecond, 0, 10_000);
    }

    private static void checkNumber(String name, int value, int least, int most) {
        Ranges.check(Ranges.within(value, least, most), name, value, least + " to " + most);
    }

    static void checkDuration(String name, Duration value, Duration least, Duration most) {
        Ranges.check(Ranges.within(value, least, most), name, value, least + " to " + most);
    }

    /** The defaults. */
    public static CallSettings usual() {
        return USUAL;
    }

    /** With another {@link #deadline()}. */
    public CallSettings deadline(Duration of) {
        return new CallSettings(of, attemptTimeout, attempts, hold, mostHeld, retryPercent, retriesPerSecond, failure);
    }

    /** With another {@link #attemptTimeout()} and number of {@link #attempts()}. */
    public CallSettings attempts(int most, Duration timeoutOfEach) {
        return new CallSettings(deadline, timeoutOfEach, most, hold, mostHeld, retryPercent, retriesPerSecond, failure);
    }

    /** With another {@link #hold()} of so many calls at the most. */
    public CallSettings hold(Duration of, int most) {
        return new CallSettings(deadline, attemptTimeout, attempts, of, most, retryPercent, retriesPerSecond, failure);
    }

    /** With another budget of retries; see {@link #retryPercent()} and {@link #retriesPerSecond()}. */
    public CallSettings retries(int percent, int perSecond) {
        return new CallSettings(deadline, attemptTimeout, attempts, hold, mostHeld, percent, perSecond, failure);
    }

    /** With another reading of exceptions. */
    public CallSettings failure(Function<Throwable, Failure> meaning) {
        return new CallSettings(
                deadline, attemptTimeout, attempts, hold, mostHeld, retryPercent, retriesPerSecond, meaning);
    }
}
