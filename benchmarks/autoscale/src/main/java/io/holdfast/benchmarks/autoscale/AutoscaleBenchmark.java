package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.replay.Run;
import io.holdfast.autoscale.replay.RunPlot;
import io.holdfast.autoscale.replay.Scores;
import io.holdfast.autoscale.replay.ServiceSettings;
import io.holdfast.benchmarks.report.GeneratedPart;
import io.holdfast.benchmarks.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Scaling by Holdfast and by others on a simulated service: {@code AutoscaleBenchmark DIRECTORY [--quick] [--report]}. The same seeds
 * give the same figures on every machine. Holdfast's defaults were shaped on other seeds than the tables are of.
 */
public final class AutoscaleBenchmark {
    private static final double TARGET = 0.6;
    private static final double HIGH_TARGET = 0.7;
    private static final int SEEDS = 6;
    private static final long SHAPED_ON = 1;
    private static final long HELD_OUT = 101;
    private static final long PLOTTED = 104;

    private AutoscaleBenchmark() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        List<String> options = Arrays.asList(args).subList(1, args.length);
        int seeds = options.contains("--quick") ? 3 : SEEDS;
        List<Contestant> all = List.of(Contestant.values());
        Contest contest = new Contest(ServiceSettings.usual(), TARGET, all, HELD_OUT, seeds);
        ContestTables tables = new ContestTables(contest, all);
        List<Table> made = new ArrayList<>();
        made.add(bars(contest, seeds));
        made.add(tables.all());
        made.add(tables.each("over the objective, s", "%.1f", Scores::lateSeconds));
        made.add(tables.each("node hours", "%.1f", Scores::nodeHours));
        made.add(tables.each("changes", "%.1f", Scores::actions));
        made.forEach(table -> System.out.println(table.toText()));
        if (options.contains("--report")) {
            StringBuilder text = new StringBuilder();
            made.forEach(table -> text.append(table.toMarkdown()).append('\n'));
            Path docs = Path.of(args[0]).resolveSibling("docs");
            Path page = docs.resolve("autoscaling.md");
            Files.writeString(
                    page, GeneratedPart.replace(Files.readString(page), "scaling simulated", text.toString()));
            Files.writeString(docs.resolve("performance/autoscale-flash-crowd.svg"), plot());
        }
    }

    private static Table bars(Contest contest, int seeds) {
        Table table = ContestTables.bars();
        ContestTables.bars(table, "CPU", contest, Contestant.HOLDFAST, Contestant.HPA);
        ContestTables.bars(table, "CPU and requests", contest, Contestant.HOLDFAST_REQUESTS, Contestant.HPA_REQUESTS);
        ContestTables.bars(
                table, "CPU and in flight", contest, Contestant.HOLDFAST_IN_FLIGHT, Contestant.HPA_IN_FLIGHT);
        ServiceSettings usual = ServiceSettings.usual();
        variation(table, "CPU, the seeds that defaults were shaped on", usual, TARGET, SHAPED_ON, seeds);
        variation(
                table, "CPU, an objective of 400 ms", usual.objective(Duration.ofMillis(400)), TARGET, HELD_OUT, seeds);
        variation(table, "CPU, a target of 0.7", usual, HIGH_TARGET, HELD_OUT, seeds);
        variation(table, "CPU, four workers a node", usual.workers(4), TARGET, HELD_OUT, seeds);
        return table;
    }

    private static void variation(
            Table table, String what, ServiceSettings service, double target, long firstSeed, int seeds) {
        List<Contestant> both = List.of(Contestant.HOLDFAST, Contestant.HPA);
        Contest contest = new Contest(service, target, both, firstSeed, seeds);
        ContestTables.bars(table, what, contest, Contestant.HOLDFAST, Contestant.HPA);
    }

    private static String plot() {
        List<Run> runs = new ArrayList<>();
        List<String> titles = new ArrayList<>();
        for (Contestant each : List.of(Contestant.HOLDFAST, Contestant.HPA, Contestant.KNATIVE)) {
            Run run = Contest.run(each, "flash-crowd", PLOTTED, ServiceSettings.usual(), TARGET);
            runs.add(run);
            titles.add(String.format(
                    Locale.ROOT,
                    "%s: %d s over the objective, %.1f node hours, %d changes",
                    each.words,
                    run.scores().lateSeconds(),
                    run.scores().nodeHours(),
                    run.scores().actions()));
        }
        return new RunPlot(runs, titles).svg();
    }
}
