package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The figures of a large map with snapshots as tables. */
final class SnapshotTables {
    static final String CLOSED = "closed, W=1024";
    static final String OFF = "off";
    static final String ON = "on";
    static final String EMPTIED = "on, a slave emptied";
    static final String FULL_NODE = "a full node";
    private static final List<String> PHASES = List.of(OFF, ON, EMPTIED);
    private static final List<String> METRICS =
            List.of("offered", "rate", "p50", "p99", "max", "errors", "term", "snapshots", "back");
    private static final double P99_FACTOR = 1.5;
    private static final double LEAST_SHARE = 0.75;

    private final Results results;

    SnapshotTables(Results results) {
        this.results = results;
    }

    static String window(String phase, int number) {
        return String.format(Locale.ROOT, "%s, window %02d", phase, number);
    }

    /** Each phase as a whole. */
    Table phases() {
        Table table = new Table(
                "snapshots",
                "offered /s",
                "rate /s",
                "p50 us",
                "p99 us",
                "max us",
                "errors",
                "elections",
                "snapshots of the master",
                "place again after s");
        for (String work : List.of(CLOSED, OFF, ON, EMPTIED)) {
            if (figure(work, "rate").isEmpty()) {
                continue;
            }
            List<String> cells = new ArrayList<>(List.of(work));
            METRICS.forEach(metric -> cells.add(Figures.format(figure(work, metric))));
            table.add(cells);
        }
        return table;
    }

    /** Each window of each phase. */
    Table windows() {
        List<String> headings = new ArrayList<>(List.of("window"));
        for (String phase : PHASES) {
            for (String metric : List.of("/s", "p50 us", "p99 us", "max us")) {
                headings.add(phase + ": " + metric);
            }
        }
        Table table = new Table(headings.toArray(new String[0]));
        int most = PHASES.stream()
                .mapToInt(phase -> of(phase, "rate").size())
                .max()
                .orElse(0);
        for (int number = 1; number <= most; number++) {
            List<String> cells = new ArrayList<>(List.of(Integer.toString(number)));
            for (String phase : PHASES) {
                for (String metric : List.of("rate", "p50", "p99", "max")) {
                    cells.add(Figures.format(figure(window(phase, number), metric)));
                }
            }
            table.add(cells);
        }
        return table;
    }

    /** What is demanded. */
    Table bars() {
        Table table = new Table("bar", "Holdfast", "limit", "ratio", "");
        if (of(OFF, "p99").isEmpty()) {
            return table;
        }
        OptionalDouble median = Results.median(of(OFF, "p99"));
        add(
                table,
                Bar.atMost(
                        "p99 us of the median window, on: at most 1.5 times that of off",
                        Results.median(of(ON, "p99")),
                        times(median, P99_FACTOR)));
        add(
                table,
                Bar.atMost(
                        "p99 us of the worst window, on: at most 1.5 times that of off",
                        largest(of(ON, "p99")),
                        times(largest(of(OFF, "p99")), P99_FACTOR)));
        add(
                table,
                Bar.atMost(
                        "p99 us of the worst window, on: at most 1.5 times the median of off",
                        largest(of(ON, "p99")),
                        times(median, P99_FACTOR)));
        for (String phase : List.of(ON, EMPTIED)) {
            add(
                    table,
                    Bar.atLeast(
                            "writes /s of the slowest window, " + phase + ": at least 0.75 of what is offered",
                            of(phase, "rate").stream()
                                    .mapToDouble(Double::doubleValue)
                                    .min(),
                            times(figure(phase, "offered"), LEAST_SHARE)));
        }
        return table;
    }

    /** What holding all of it costs. */
    Table nodes() {
        Table table = new Table(
                "", "restart until ready s", "heap of the master MiB", "heap after the restart MiB", "snapshot MiB");
        List<String> cells = new ArrayList<>(List.of(FULL_NODE));
        List<String> metrics = List.of("restart", "heap, master", "heap, slave started again", "snapshot");
        metrics.forEach(metric -> cells.add(Figures.format(figure(FULL_NODE, metric))));
        if (metrics.stream().anyMatch(metric -> figure(FULL_NODE, metric).isPresent())) {
            table.add(cells);
        }
        return table;
    }

    private OptionalDouble figure(String work, String metric) {
        return results.median(Systems.HOLDFAST, Cells.FORCED, work, metric);
    }

    /** A metric of all windows of a phase, in their order. */
    private List<Double> of(String phase, String metric) {
        List<Double> values = new ArrayList<>();
        OptionalDouble value = figure(window(phase, 1), metric);
        while (value.isPresent()) {
            values.add(value.getAsDouble());
            value = figure(window(phase, values.size() + 1), metric);
        }
        return values;
    }

    private static OptionalDouble largest(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max();
    }

    private static OptionalDouble times(OptionalDouble value, double factor) {
        return value.isEmpty() ? value : OptionalDouble.of(value.getAsDouble() * factor);
    }

    private static void add(Table table, Bar bar) {
        table.add(List.of(
                bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
    }

    String toText() {
        return phases().toText() + "\n" + windows().toText() + "\n" + bars().toText() + "\n" + nodes().toText();
    }
}
