package io.holdfast.testkit;

import java.time.Duration;
import java.util.Locale;

/** Virtual times, checked and written. */
final class Times {

    private Times() {}

    static String text(long nanos) {
        return String.format(Locale.ROOT, "%.6f s", nanos / 1e9);
    }

    /** Nanoseconds of a duration that must not be negative. */
    static long nanos(Duration duration, String what) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " is " + duration + "; it must not be negative");
        }
        return duration.toNanos();
    }

    static double probability(double value, String what) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " is " + value + "; a probability is within 0 to 1");
        }
        return value;
    }
}
