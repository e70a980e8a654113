package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The figures of failover as tables. */
final class FailoverTables {
    static final List<String> PROFILES = List.of("default", "fast");
    static final List<String> SIGNALS = List.of("SIGKILL", "SIGSTOP");
    static final String WAITED = "wait";
    static final String NONE = "none in 60 s";

    private final Results results;

    FailoverTables(Results results) {
        this.results = results;
    }

    List<String> systems() {
        List<String> systems = new ArrayList<>(List.of(Systems.HOLDFAST));
        systems.addAll(Systems.PEERS);
        systems.removeIf(system -> !results.knows(system));
        return systems;
    }

    /** Median and worst of each system. */
    Table times() {
        List<String> headings = new ArrayList<>(List.of("median (worst), ms"));
        headings.addAll(systems());
        Table table = new Table(headings.toArray(new String[0]));
        for (String profile : PROFILES) {
            for (String signal : SIGNALS) {
                List<String> cells = new ArrayList<>(List.of(signal + ", " + profile));
                systems().forEach(system -> cells.add(times(system, profile, signal)));
                table.add(cells);
            }
        }
        return table;
    }

    private String times(String system, String profile, String signal) {
        List<Double> answered = results.values(system, profile, signal, WAITED);
        int never = results.values(system, profile, signal, NONE).size();
        if (answered.isEmpty()) {
            return never == 0 ? "–" : NONE;
        }
        String times = String.format(
                Locale.ROOT,
                "%,.0f (%,.0f)",
                Results.median(answered).orElseThrow(),
                results.worst(system, profile, signal, WAITED).orElseThrow());
        return never == 0 ? times : times + ", " + never + " of " + (never + answered.size()) + " " + NONE;
    }

    /** Faster than every peer, in the median and in the worst case. */
    Table bars() {
        Table table = new Table("bar", "Holdfast", "limit", "ratio", "");
        for (String profile : PROFILES) {
            for (String signal : SIGNALS) {
                add(table, bar("median", profile, signal));
                add(table, bar("worst", profile, signal));
            }
        }
        return table;
    }

    private Bar bar(String which, String profile, String signal) {
        Optional<Map.Entry<String, Double>> best = Systems.PEERS.stream()
                .filter(peer -> figure(which, peer, profile, signal).isPresent())
                .map(peer ->
                        Map.entry(peer, figure(which, peer, profile, signal).orElseThrow()))
                .min(Map.Entry.comparingByValue());
        return Bar.atMost(
                which + " ms, " + signal + ", " + profile + ": at most any peer's"
                        + best.map(entry -> " (" + entry.getKey() + ")").orElse(""),
                figure(which, Systems.HOLDFAST, profile, signal),
                best.isPresent() ? OptionalDouble.of(best.get().getValue()) : OptionalDouble.empty());
    }

    /** None if a round was without an answer: it has no worst, and its median flatters. */
    private OptionalDouble figure(String which, String system, String profile, String signal) {
        if (!results.values(system, profile, signal, NONE).isEmpty()) {
            return OptionalDouble.empty();
        }
        return which.equals("median")
                ? results.median(system, profile, signal, WAITED)
                : results.worst(system, profile, signal, WAITED);
    }

    private static void add(Table table, Bar bar) {
        table.add(List.of(
                bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
    }

    String toText() {
        return times().toText() + "\n" + bars().toText();
    }
}
