package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.holdfast.HoldfastClient;
import io.holdfast.benchmarks.load.CompletionWatch;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.process.NodeProcess;
import io.holdfast.benchmarks.process.WatchedLoad;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Mastership handed over in good order again and again, while a client in a process of its own keeps 64 writes of 256 B in
 * flight: what the client notices. {@code HandoverBenchmark DIRECTORY [--quick] [--repeats ROUNDS]}
 */
public final class HandoverBenchmark {
    private static final int BYTES = 256;
    private static final int WINDOW = 64;
    private static final int ROUNDS = 20;
    private static final int QUICK_ROUNDS = 6;
    /** Hand-overs that do not count: the first of them run code that is not compiled yet. */
    private static final int WARM_ROUNDS = 3;
    /** A stretch without a hand-over, and one with it. */
    private static final double STRETCH_SECONDS = 1;

    private static final double SPARE_SECONDS = 10;

    private final Options options;
    private final Recording recording;

    private HandoverBenchmark(Options options) {
        this.options = options;
        this.recording = new Recording(options.rows("handover"));
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        HandoverBenchmark benchmark = new HandoverBenchmark(Options.parse(args));
        benchmark.run();
        System.out.println();
        System.out.print(new HandoverTables(new Results(benchmark.recording.rows())).toText());
    }

    private int rounds() {
        return options.repeats() > 0 ? options.repeats() : options.quick() ? QUICK_ROUNDS : ROUNDS;
    }

    private void run() throws IOException {
        boolean done = false;
        NodeCluster cluster =
                new NodeCluster(new Systems(options.benchmarks()).duties(), true, Profile.DEFAULT, options.scratch());
        try (cluster) {
            NodeProcess client = cluster.startClient(HoldfastClient.class.getName());
            Durations.of(options.quick()).warmUp().run(cluster, client, "write");
            int all = WARM_ROUNDS + rounds();
            WatchedLoad load = WatchedLoad.begin(
                    client, new LoadPlan("write", BYTES, WINDOW, 0, all * 2.5 * STRETCH_SECONDS + SPARE_SECONDS));
            for (int round = 1 - WARM_ROUNDS; round <= rounds(); round++) {
                round(cluster, load, round);
                recording.save();
            }
            add(HandoverTables.FAILED_IN_ALL, (double) load.awaitEnd().errors(), "1", rounds());
            recording.save();
            done = true;
        } finally {
            if (!done) {
                cluster.printLogs();
            }
        }
    }

    private void round(NodeCluster cluster, WatchedLoad load, int round) throws IOException {
        NodeProcess master = cluster.master();
        load.watch();
        pause();
        Map<String, Double> quiet = load.seen();
        load.watch();
        double took = master.handOver();
        pause();
        Map<String, Double> seen = load.seen();
        if (figure(seen, CompletionWatch.COUNT) == 0) {
            throw new IOException("the load has ended, or nothing is written any more, in round " + round);
        }
        if (cluster.master() == master) {
            throw new IOException("the master is still the same in round " + round);
        }
        Map<String, Double> problems = new LinkedHashMap<>(seen);
        problems.keySet().removeAll(List.of(CompletionWatch.GAP_MICROS, CompletionWatch.COUNT));
        double gap = figure(seen, CompletionWatch.GAP_MICROS) / 1e3;
        double count = figure(seen, CompletionWatch.COUNT);
        double quietGap = figure(quiet, CompletionWatch.GAP_MICROS) / 1e3;
        if (round >= 1) {
            add(HandoverTables.GAP, gap, "ms", round);
            add(HandoverTables.QUIET_GAP, quietGap, "ms", round);
            add(HandoverTables.TOOK, took, "ms", round);
            add(HandoverTables.RATE, figure(quiet, CompletionWatch.COUNT) / STRETCH_SECONDS, "1/s", round);
            add(
                    HandoverTables.FAILED,
                    problems.values().stream().mapToDouble(Double::doubleValue).sum(),
                    "1",
                    round);
        }
        System.out.printf(
                Locale.ROOT,
                "%2d gap %,.1f ms, %,.1f ms in the second before; handed over in %,.1f ms; %,.0f writes%s%s%n",
                round,
                gap,
                quietGap,
                took,
                count,
                problems.isEmpty() ? "" : "; " + problems,
                round < 1 ? "  (not counted)" : "");
    }

    private static void pause() {
        LockSupport.parkNanos((long) (STRETCH_SECONDS * 1e9));
    }

    private static double figure(Map<String, Double> figures, String name) throws IOException {
        Double value = figures.get(name);
        if (value == null) {
            throw new IOException("the client does not tell its " + name);
        }
        return value;
    }

    private void add(String metric, double value, String unit, int round) {
        recording.add(Systems.HOLDFAST, Cells.FORCED, HandoverTables.WORK, metric, value, unit, round);
    }
}
