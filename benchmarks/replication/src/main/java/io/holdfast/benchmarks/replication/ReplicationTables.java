package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of replication as tables, of medians. */
final class ReplicationTables {
    private static final List<String> WORKS = List.of("write", "map", "client", "read");

    private final Results results;

    ReplicationTables(Results results) {
        this.results = results;
    }

    List<String> systems() {
        List<String> systems = new ArrayList<>(List.of(Systems.HOLDFAST));
        systems.addAll(Systems.PEERS);
        systems.addAll(Systems.FLOORS);
        systems.removeIf(system -> !results.knows(system));
        return systems;
    }

    /** One line for each cell: Holdfast, the best peer, the floor, and how they compare. */
    Table summary(String settings) {
        Table table = new Table(
                "", "Holdfast/s", "best peer/s", "", "ratio", "floor/s", "ratio", "p99 us", "lowest peer p99 us");
        for (String work : Cells.writes()) {
            OptionalDouble own = results.median(Systems.HOLDFAST, settings, work, "rate");
            Map.Entry<String, Double> best =
                    results.largest(Systems.PEERS, settings, work, "rate").orElse(null);
            OptionalDouble peer = best == null ? OptionalDouble.empty() : OptionalDouble.of(best.getValue());
            OptionalDouble floor = results.median(Systems.FLOOR, settings, work, "rate");
            Map.Entry<String, Double> lowest =
                    results.smallest(Systems.PEERS, settings, work, "p99").orElse(null);
            table.add(List.of(
                    work,
                    Figures.format(own),
                    Figures.format(peer),
                    best == null ? "" : best.getKey(),
                    Bar.ratio(own, peer),
                    Figures.format(floor),
                    Bar.ratio(own, floor),
                    Figures.format(results.median(Systems.HOLDFAST, settings, work, "p99")),
                    lowest == null ? "–" : Figures.format(lowest.getValue())));
        }
        return table;
    }

    /** One line for each cell, a column for each system. */
    Table bySystem(String settings, String metric) {
        List<String> systems = systems();
        List<String> headings = new ArrayList<>(List.of(""));
        headings.addAll(systems);
        Table table = new Table(headings.toArray(new String[0]));
        for (String work : Cells.writes()) {
            List<String> cells = new ArrayList<>(List.of(work));
            for (String system : systems) {
                cells.add(Figures.format(results.median(system, settings, work, metric)));
            }
            table.add(cells);
        }
        return table;
    }

    /** What one operation costs on Holdfast's master. */
    Table costs() {
        Table table = new Table(
                "an operation, forced",
                "per s",
                "p50 us",
                "p99 us",
                "bytes allocated",
                "hand-offs",
                "preemptions",
                "system calls",
                "forces");
        for (String work : WORKS) {
            for (int window : Cells.WINDOWS) {
                String label = Cells.label(work, 256, window);
                List<String> cells = new ArrayList<>(List.of(label));
                for (String metric : List.of(
                        "rate", "p50", "p99", "allocated", "voluntary", "involuntary", "system calls", "forces")) {
                    cells.add(Figures.format(results.median(Systems.HOLDFAST, Cells.FORCED, label, metric)));
                }
                table.add(cells);
            }
        }
        return table;
    }

    /** What the disk and the sockets do by themselves. */
    Table machine() {
        Table table = new Table("", "per s", "p50 us", "p99 us");
        for (String work : results.works(Systems.MACHINE, "rate")) {
            List<String> cells = new ArrayList<>(List.of(work));
            for (String metric : List.of("rate", "p50", "p99")) {
                cells.add(Figures.format(results.median(Systems.MACHINE, Cells.FORCED, work, metric)));
            }
            table.add(cells);
        }
        return table;
    }

    Table bars() {
        Table table = new Table("bar", "Holdfast", "limit", "ratio", "");
        for (Bar bar : new ReplicationBars(results).all()) {
            table.add(List.of(
                    bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
        }
        return table;
    }

    /** All of it for a terminal. */
    String toText() {
        StringBuilder text = new StringBuilder();
        for (String settings : List.of(Cells.FORCED, Cells.NOT_FORCED)) {
            section(text, settings, summary(settings));
            section(text, settings + ": rate, 1/s", bySystem(settings, "rate"));
            section(text, settings + ": p99, us", bySystem(settings, "p99"));
            section(text, settings + ": share of the processors, %", bySystem(settings, "cpu share"));
        }
        section(text, "cost of an operation on the master of Holdfast", costs());
        section(text, "the machine", machine());
        section(text, "bars", bars());
        return text.toString();
    }

    private static void section(StringBuilder text, String title, Table table) {
        text.append("== ").append(title).append('\n').append(table.toText()).append('\n');
    }
}
