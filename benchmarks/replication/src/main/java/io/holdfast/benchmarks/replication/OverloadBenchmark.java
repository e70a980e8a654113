package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.Overload;
import io.holdfast.benchmarks.process.Cell;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * Holdfast under more than it can take: an open loop at half, once and twice the rate that a closed loop reached, and a
 * slave that runs for a tenth of the time. {@code OverloadBenchmark DIRECTORY [--quick]}
 */
public final class OverloadBenchmark {
    private static final int BYTES = 256;
    /** More than a node admits, so that the node is the one who refuses. */
    private static final int OFFERED_WINDOW = 16_384;

    private static final double[] FACTORS = {0.5, 1, 2};
    private static final double SLOW_SHARE = 0.1;

    private final Options options;
    private final Recording recording;
    private final Durations durations;

    private OverloadBenchmark(Options options) {
        this.options = options;
        this.recording = new Recording(options.rows("overload"));
        this.durations = Durations.of(options);
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        OverloadBenchmark benchmark = new OverloadBenchmark(Options.parse(args));
        for (int repeat = 1; repeat <= benchmark.durations.repeats(); repeat++) {
            benchmark.run(repeat);
            benchmark.recording.save();
        }
        System.out.println();
        System.out.print(new OverloadTables(new Results(benchmark.recording.rows())).toText());
    }

    private void run(int repeat) throws IOException {
        Systems systems = new Systems(options.benchmarks());
        try (NodeCluster cluster =
                new NodeCluster(systems.get(Systems.HOLDFAST), true, Profile.THROUGHPUT, options.scratch())) {
            durations.warmUp().run(cluster, cluster.master(), "write");
            Cell most = cell(cluster.run(durations.plan("write", BYTES, 1_024)), OverloadTables.CLOSED, repeat);
            for (double factor : FACTORS) {
                open(cluster, factor, most.load().rate() * factor, repeat);
            }
            LoadPlan plan = durations.plan("write", BYTES, 64);
            cell(cluster.run(plan), OverloadTables.ALL_WELL, repeat);
            cell(cluster.runWithSlowNode(plan, SLOW_SHARE), OverloadTables.SLOW_SLAVE, repeat);
        }
    }

    private Cell cell(Cell cell, String work, int repeat) {
        recording.cell(Systems.HOLDFAST, Cells.FORCED, work, repeat, cell);
        return cell;
    }

    private void open(NodeCluster cluster, double factor, double perSecond, int repeat) throws IOException {
        String work = OverloadTables.open(factor);
        double term = state(cluster, "term");
        LoadPlan plan = new LoadPlan("write", BYTES, OFFERED_WINDOW, durations.warmSeconds(), 2 * durations.seconds());
        Overload came = cluster.open(plan, perSecond);
        add(work, "offered", perSecond, "1/s", repeat);
        add(work, "rate", came.load().rate(), "1/s", repeat);
        add(work, "p50", came.load().p50(), "us", repeat);
        add(work, "p99", came.load().p99(), "us", repeat);
        add(work, "max", came.load().max(), "us", repeat);
        add(work, "elections", state(cluster, "term") - term, "1", repeat);
        add(work, "heap", state(cluster, "heap") / (1 << 20), "MiB", repeat);
        add(work, "direct", state(cluster, "direct") / (1 << 20), "MiB", repeat);
        for (Map.Entry<String, Long> problem : came.problems().entrySet()) {
            add(work, problem.getKey(), problem.getValue() / (plan.warmSeconds() + plan.seconds()), "1/s", repeat);
        }
        System.out.printf(
                Locale.ROOT,
                "%d %-22s offered %,.0f/s  admitted %,.0f/s  p99 %,.0f us  %s%n",
                repeat,
                work,
                perSecond,
                came.load().rate(),
                came.load().p99(),
                came.problems());
    }

    private static double state(NodeCluster cluster, String name) throws IOException {
        Double value = cluster.state().get(name);
        if (value == null) {
            throw new IOException("the master does not tell its " + name);
        }
        return value;
    }

    private void add(String work, String metric, double value, String unit, int repeat) {
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, metric, value, unit, repeat);
    }
}
