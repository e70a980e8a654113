package io.holdfast.benchmarks.results;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a figure is held against.
 *
 * @param text what is demanded of what, for a human
 * @param value the figure
 * @param limit what it is to reach, or not to exceed
 * @param upwards true if it is to be at least the limit, false if at most
 */
public record Bar(String text, OptionalDouble value, OptionalDouble limit, boolean upwards) {
    /** The figure is to be at least so much. */
    public static Bar atLeast(String text, OptionalDouble value, OptionalDouble limit) {
        return new Bar(text, value, limit, true);
    }

    /** The figure is to be at most so much. */
    public static Bar atMost(String text, OptionalDouble value, OptionalDouble limit) {
        return new Bar(text, value, limit, false);
    }

    /** PASS, MISS, or that a figure is missing. */
    public String verdict() {
        if (value.isEmpty() || limit.isEmpty()) {
            return "no figure";
        }
        double distance = value.getAsDouble() - limit.getAsDouble();
        return (upwards ? distance >= 0 : distance <= 0) ? "PASS" : "MISS";
    }

    /** The figure by the limit, such as 1.25. */
    public String ratio() {
        return ratio(value, limit);
    }

    /** One figure by another; a dash if one is missing. */
    public static String ratio(OptionalDouble value, OptionalDouble by) {
        if (value.isEmpty() || by.isEmpty() || by.getAsDouble() == 0) {
            return "–";
        }
        return String.format(Locale.ROOT, "%.2f", value.getAsDouble() / by.getAsDouble());
    }
}
