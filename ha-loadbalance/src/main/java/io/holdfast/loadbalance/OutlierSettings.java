package io.holdfast.loadbalance;

import java.time.Duration;

/**
 * When an endpoint is taken out because its answers are worse than those of the others. docs/load-balancing.md says where the
 * defaults come from. Immutable.
 *
 * @param failuresInARow so many failures without a success between, 0 for never, else 2 to 1000
 * @param window over how long answers are counted, 100 ms to 10 min
 * @param requests how many have to have ended within a window for it to count, 1 to 1,000,000
 * @param failurePercent taken out if more than that failed, 1 to 100; 100 for never
 * @param deviations taken out if its rate of success is so many standard deviations below the mean of at least five, and it
 *     failed at least 5 %; 0 for never, else 1 to 10
 * @param latencyFactor taken out if its mean latency is so many times the median of at least three, 0 for never, else 1.5 to 1000
 * @param latencyFloor and more than that, 0 to 10 min
 * @param silence taken out if requests are in flight, none has ended for so long, and others' have; 0 for never, else 50 ms to
 *     10 min; never sooner than three times the latency that is expected, which is near the longest of the last seconds
 * @param ejection how long the first time, doubled each further time, 10 ms to 1 h
 * @param longestEjection at the most, up to 24 h
 * @param mostPercent how many of the endpoints may be out at a time, counted with the one that would go, 0 to 100
 * @param leastLeft how many have to stay in, 1 to 1000
 */
public record OutlierSettings(
        int failuresInARow,
        Duration window,
        int requests,
        int failurePercent,
        double deviations,
        double latencyFactor,
        Duration latencyFloor,
        Duration silence,
        Duration ejection,
        Duration longestEjection,
        int mostPercent,
        int leastLeft) {

    private static final OutlierSettings USUAL = new OutlierSettings(
            5,
            Duration.ofSeconds(5),
            20,
            50,
            1.9,
            5,
            Duration.ofMillis(20),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            50,
            1);

    /** Checks the ranges. */
    public OutlierSettings {
        Ranges.check(
                failuresInARow == 0 || Ranges.within(failuresInARow, 2, 1_000),
                "failuresInARow",
                failuresInARow,
                "0, 2 to 1000");
        Ranges.check(
                Ranges.within(window, Duration.ofMillis(100), Duration.ofMinutes(10)),
                "window",
                window,
                "100 ms to 10 min");
        Ranges.check(Ranges.within(requests, 1, 1_000_000), "requests", requests, "1 to 1,000,000");
        Ranges.check(Ranges.within(failurePercent, 1, 100), "failurePercent", failurePercent, "1 to 100");
        Ranges.check(deviations == 0 || Ranges.within(deviations, 1, 10), "deviations", deviations, "0, 1 to 10");
        Ranges.check(
                latencyFactor == 0 || Ranges.within(latencyFactor, 1.5, 1_000),
                "latencyFactor",
                latencyFactor,
                "0, 1.5 to 1000");
        Ranges.check(
                Ranges.within(latencyFloor, Duration.ZERO, Duration.ofMinutes(10)),
                "latencyFloor",
                latencyFloor,
                "0 to 10 min");
        Ranges.check(
                silence.isZero() || Ranges.within(silence, Duration.ofMillis(50), Duration.ofMinutes(10)),
                "silence",
                silence,
                "0, 50 ms to 10 min");
        Ranges.check(
                Ranges.within(ejection, Duration.ofMillis(10), Duration.ofHours(1)),
                "ejection",
                ejection,
                "10 ms to 1 h");
        Ranges.check(
                Ranges.within(longestEjection, ejection, Duration.ofHours(24)),
                "longestEjection",
                longestEjection,
                "ejection to 24 h");
        Ranges.check(Ranges.within(mostPercent, 0, 100), "mostPercent", mostPercent, "0 to 100");
        Ranges.check(Ranges.within(leastLeft, 1, 1_000), "leastLeft", leastLeft, "1 to 1000");
    }

    /** The defaults. */
    public static OutlierSettings usual() {
        return USUAL;
    }

    /** Nobody is ever taken out. */
    public static OutlierSettings never() {
        return USUAL.mostPercent(0);
    }

    /** With another {@link #failuresInARow()}. */
    public OutlierSettings failuresInARow(int count) {
        return new OutlierSettings(
                count,
                window,
                requests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                silence,
                ejection,
                longestEjection,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #window()} and number of {@link #requests()} in it. */
    public OutlierSettings window(Duration length, int leastRequests) {
        return new OutlierSettings(
                failuresInARow,
                length,
                leastRequests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                silence,
                ejection,
                longestEjection,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #failurePercent()} and {@link #deviations()}. */
    public OutlierSettings success(int mostFailurePercent, double mostDeviations) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                mostFailurePercent,
                mostDeviations,
                latencyFactor,
                latencyFloor,
                silence,
                ejection,
                longestEjection,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #latencyFactor()} and {@link #latencyFloor()}. */
    public OutlierSettings latency(double factor, Duration floor) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                failurePercent,
                deviations,
                factor,
                floor,
                silence,
                ejection,
                longestEjection,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #silence()}. */
    public OutlierSettings silence(Duration length) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                length,
                ejection,
                longestEjection,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #ejection()} and {@link #longestEjection()}. */
    public OutlierSettings ejection(Duration first, Duration longest) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                silence,
                first,
                longest,
                mostPercent,
                leastLeft);
    }

    /** With another {@link #mostPercent()}. */
    public OutlierSettings mostPercent(int percent) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                silence,
                ejection,
                longestEjection,
                percent,
                leastLeft);
    }

    /** With another {@link #leastLeft()}. */
    public OutlierSettings leastLeft(int count) {
        return new OutlierSettings(
                failuresInARow,
                window,
                requests,
                failurePercent,
                deviations,
                latencyFactor,
                latencyFloor,
                silence,
                ejection,
                longestEjection,
                mostPercent,
                count);
    }
}
