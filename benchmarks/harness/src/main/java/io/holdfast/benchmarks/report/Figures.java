package io.holdfast.benchmarks.report;

import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as a human reads them. */
public final class Figures {
    private Figures() {}

    /** With separators from a thousand on, and decimals below a hundred; a dash for none. */
    public static String format(OptionalDouble value) {
        return value.isEmpty() ? "–" : format(value.getAsDouble());
    }

    /** With separators from a thousand on, and decimals below a hundred. */
    public static String format(double value) {
        double size = Math.abs(value);
        String pattern = size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
