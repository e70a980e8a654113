package io.holdfast.autoscale;

import java.util.Locale;

/** Numbers for people. */
final class Figures {
    private Figures() {}

    /** With two decimals below 10, one below 100, and none from there. */
    static String of(double value) {
        double size = Math.abs(value);
        String format = size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
