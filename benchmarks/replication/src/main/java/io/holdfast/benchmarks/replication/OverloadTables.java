package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures of overload as a table. */
final class OverloadTables {
    static final String CLOSED = "closed, W=1024";
    static final String ALL_WELL = "closed, W=64";
    static final String SLOW_SLAVE = "closed, W=64, a slave at a tenth";
    private static final List<String> METRICS = List.of(
            "offered", "rate", "p50", "p99", "max", "OverloadedException", "NotSent", "elections", "heap", "direct");

    private final Results results;

    OverloadTables(Results results) {
        this.results = results;
    }

    static String open(double factor) {
        return String.format(Locale.ROOT, "open, %.1f times the most", factor);
    }

    Table table() {
        Table table = new Table(
                "load",
                "offered /s",
                "admitted /s",
                "p50 us",
                "p99 us",
                "max us",
                "OverloadedException /s",
                "not sent /s",
                "elections",
                "heap MiB",
                "direct MiB");
        for (String work : List.of(CLOSED, open(0.5), open(1), open(2), ALL_WELL, SLOW_SLAVE)) {
            if (results.median(Systems.HOLDFAST, Cells.FORCED, work, "rate").isEmpty()) {
                continue;
            }
            List<String> cells = new ArrayList<>(List.of(work));
            for (String metric : METRICS) {
                cells.add(Figures.format(results.median(Systems.HOLDFAST, Cells.FORCED, work, metric)));
            }
            table.add(cells);
        }
        return table;
    }

    String toText() {
        return table().toText();
    }
}
