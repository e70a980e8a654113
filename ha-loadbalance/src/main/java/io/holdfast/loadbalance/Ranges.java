package io.holdfast.loadbalance;

import java.time.Duration;

/** Checks of settings. */
final class Ranges {
    private Ranges() {}

    static boolean within(double value, double least, double most) {
        return value >= least && value <= most;
    }

    static boolean within(Duration value, Duration least, Duration most) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }

    /** @throws IllegalArgumentException by name, with the range, unless it is right */
    static void check(boolean right, String name, Object value, String range) {
        if (!right) {
            throw new IllegalArgumentException(name + " " + value + " is not within " + range);
        }
    }
}
