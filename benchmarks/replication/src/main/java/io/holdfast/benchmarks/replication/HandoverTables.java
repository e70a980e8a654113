package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.List;
import java.util.OptionalDouble;

/** The figures of orderly hand-overs as tables. */
final class HandoverTables {
    static final String WORK = "write 256 B, W=64";
    static final String GAP = "gap";
    static final String QUIET_GAP = "gap without a hand-over";
    static final String TOOK = "handed over in";
    static final String RATE = "rate";
    static final String FAILED = "failed";
    static final String FAILED_IN_ALL = "failed in all";
    private static final double MOST_MILLIS = 50;

    private final Results results;

    HandoverTables(Results results) {
        this.results = results;
    }

    /** Median and worst of each figure. */
    Table times() {
        Table table = new Table("over " + rounds().size() + " hand-overs", "median", "worst");
        if (rounds().isEmpty()) {
            return table;
        }
        add(table, "longest time between two completed writes around a hand-over, ms", GAP);
        add(table, "the same in the second before, ms", QUIET_GAP);
        add(table, "from `transferMastership` to its completion, ms", TOOK);
        table.add(List.of("writes per second before", Figures.format(median(RATE)), "–"));
        table.add(List.of("calls that failed or whose outcome is unknown, in all", Figures.format(failures()), "–"));
        return table;
    }

    private List<Double> rounds() {
        return results.values(Systems.HOLDFAST, Cells.FORCED, WORK, GAP);
    }

    private void add(Table table, String text, String metric) {
        table.add(List.of(
                text,
                Figures.format(median(metric)),
                Figures.format(results.worst(Systems.HOLDFAST, Cells.FORCED, WORK, metric))));
    }

    private OptionalDouble median(String metric) {
        return results.median(Systems.HOLDFAST, Cells.FORCED, WORK, metric);
    }

    /** Of the whole load, hand-overs that are not counted included; the load's own sum and the rounds' must not differ. */
    private OptionalDouble failures() {
        OptionalDouble inAll = results.worst(Systems.HOLDFAST, Cells.FORCED, WORK, FAILED_IN_ALL);
        double ofRounds = results.values(Systems.HOLDFAST, Cells.FORCED, WORK, FAILED).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        return inAll.isEmpty() ? inAll : OptionalDouble.of(Math.max(inAll.getAsDouble(), ofRounds));
    }

    Table bars() {
        Table table = new Table("bar", "Holdfast", "limit", "ratio", "");
        if (!rounds().isEmpty()) {
            add(table, Bar.atMost("median gap at a hand-over, ms", median(GAP), OptionalDouble.of(MOST_MILLIS)));
            add(table, Bar.atMost("calls failed or unknown", failures(), OptionalDouble.of(0)));
        }
        return table;
    }

    private static void add(Table table, Bar bar) {
        table.add(List.of(
                bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
    }

    String toText() {
        return times().toText() + "\n" + bars().toText();
    }
}
