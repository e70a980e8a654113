package io.holdfast.examples.demo;

import java.util.Locale;

/** The columns of the verdict. */
final class VerdictTable {
    private static final int CHECKSUM_DIGITS = 16;
    private static final String FORMAT = "%-8s %11s %13s %9s %11s %14s %9s %14s   %s";

    private VerdictTable() {}

    static String header() {
        return String.format(
                Locale.ROOT,
                FORMAT,
                "",
                "sent",
                "acknowledged",
                "unknown",
                "found",
                "missing acked",
                "doubled",
                "not in input",
                "checksum");
    }

    static String row(
            String name,
            long sent,
            long acknowledged,
            long unknown,
            long found,
            long missing,
            long doubled,
            long foreign,
            String checksum) {
        return String.format(
                Locale.ROOT,
                FORMAT,
                name,
                grouped(sent),
                grouped(acknowledged),
                grouped(unknown),
                grouped(found),
                grouped(missing),
                grouped(doubled),
                grouped(foreign),
                checksum.substring(0, CHECKSUM_DIGITS));
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
