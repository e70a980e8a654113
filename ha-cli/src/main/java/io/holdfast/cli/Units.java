package io.holdfast.cli;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times as people read them. */
final class Units {
    private static final String[] SIZES = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Units() {}

    /** With one digit behind the point where it is not whole. */
    static String bytes(long bytes) {
        double size = (double) bytes;
        int unit = 0;
        while (size >= 1_024 && unit < SIZES.length - 1) {
            size /= 1_024;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, SIZES[unit]);
    }

    /** To the tenth of a second below a minute, and to the second above. */
    static String time(Duration time) {
        if (time.compareTo(Duration.ofMinutes(1)) < 0) {
            return String.format(Locale.ROOT, "%.1f s", (double) time.toMillis() / 1_000);
        }
        long hours = time.toHours();
        return (hours == 0 ? "" : hours + " h ") + time.toMinutesPart() + " min " + time.toSecondsPart() + " s";
    }
}
