package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.replay.Scores;
import io.holdfast.autoscale.replay.SyntheticTraces;
import io.holdfast.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A contest's figures as tables. */
final class ContestTables {
    private static final double HALF = 0.5;

    private final Contest contest;
    private final List<Contestant> contestants;

    ContestTables(Contest contest, List<Contestant> contestants) {
        this.contest = contest;
        this.contestants = contestants;
    }

    /** Everything of each, over all traces. */
    Table all() {
        Table table = new Table(
                "over all traces",
                "over the objective, s",
                "node hours",
                "changes",
                "theta_U, %",
                "theta_O, %",
                "tau_U, %",
                "tau_O, %",
                "upsilon, %");
        for (Contestant each : contestants) {
            table.add(List.of(
                    each.words,
                    format("%.0f", contest.sum(each, Scores::lateSeconds)),
                    format("%.1f", contest.sum(each, Scores::nodeHours)),
                    format("%.0f", contest.sum(each, Scores::actions)),
                    format("%.2f", contest.mean(each, Scores::under)),
                    format("%.1f", contest.mean(each, Scores::over)),
                    format("%.2f", contest.mean(each, Scores::underTime)),
                    format("%.1f", contest.mean(each, Scores::overTime)),
                    format("%.1f", contest.mean(each, Scores::instability))));
        }
        return table;
    }

    /** One figure of each and of each trace. */
    Table each(String heading, String format, ToDoubleFunction<Scores> figure) {
        List<String> headings = new ArrayList<>(List.of(heading));
        headings.addAll(SyntheticTraces.NAMES);
        Table table = new Table(headings.toArray(String[]::new));
        for (Contestant each : contestants) {
            List<String> cells = new ArrayList<>(List.of(each.words));
            for (String trace : SyntheticTraces.NAMES) {
                cells.add(format(format, contest.of(each, trace, figure)));
            }
            table.add(cells);
        }
        return table;
    }

    /** What is to be reached, against HPA by the same signals. */
    static void bars(Table table, String what, Contest contest, Contestant ours, Contestant hpa) {
        double late = contest.sum(ours, Scores::lateSeconds);
        double hpaLate = contest.sum(hpa, Scores::lateSeconds);
        long worse = SyntheticTraces.NAMES.stream()
                .filter(t -> contest.of(ours, t, Scores::lateSeconds) > contest.of(hpa, t, Scores::lateSeconds))
                .count();
        double hours = contest.sum(ours, Scores::nodeHours) / contest.sum(hpa, Scores::nodeHours);
        double actions = contest.sum(ours, Scores::actions) / contest.sum(hpa, Scores::actions);
        boolean reached = late <= HALF * hpaLate && worse == 0 && hours <= 1 && actions <= 1;
        table.add(List.of(
                what,
                format("%.0f", late),
                format("%.0f", hpaLate),
                format("%.2f", late / hpaLate),
                String.valueOf(worse),
                format("%.3f", hours),
                format("%.3f", actions),
                reached ? "reached" : "missed"));
    }

    static Table bars() {
        return new Table(
                "against HPA by the same signals",
                "over the objective, s",
                "HPA's",
                "of it, to be 0.5 at most",
                "traces that are worse, to be 0",
                "node hours of HPA's, to be 1 at most",
                "changes of HPA's, to be 1 at most",
                "");
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
