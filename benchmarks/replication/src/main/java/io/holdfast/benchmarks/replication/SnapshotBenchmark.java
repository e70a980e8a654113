package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.holdfast.HoldfastClient;
import io.holdfast.benchmarks.holdfast.MapNode;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Overload;
import io.holdfast.benchmarks.load.SteadyPlan;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.process.NodeProcess;
import io.holdfast.benchmarks.process.SteadyLoad;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A large map whose entries are overwritten at half of what the cluster can do: without snapshots, with them, and while a
 * slave that lost its disk is brought back; then what a restart of a full node takes. {@code SnapshotBenchmark DIRECTORY
 * [--quick]}
 */
public final class SnapshotBenchmark {
    private static final int BYTES = 256;
    private static final int FILL_WINDOW = 1_024;
    /** As many as a client may have in flight. */
    private static final int OPEN_WINDOW = 4_096;

    private static final List<String> HEAP = List.of("-Xms3g", "-Xmx3g");
    private static final double FILL_PATIENCE_SECONDS = 1_200;
    private static final long READY_NANOS = 600_000_000_000L;
    private static final long LOOK_NANOS = 50_000_000L;

    private final Options options;
    private final SnapshotScale scale;
    private final Recording recording;
    private final String overwrite;

    private SnapshotBenchmark(Options options) {
        this.options = options;
        this.scale = SnapshotScale.of(options.quick());
        this.recording = new Recording(options.rows("snapshots"));
        this.overwrite = "overwrite:" + scale.entries();
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Options options = Options.parse(args);
        SnapshotBenchmark benchmark = new SnapshotBenchmark(options);
        for (int repeat = 1; repeat <= Math.max(1, options.repeats()); repeat++) {
            benchmark.run(repeat);
        }
        System.out.println();
        System.out.print(new SnapshotTables(new Results(benchmark.recording.rows())).toText());
    }

    private void run(int repeat) throws IOException {
        boolean done = false;
        NodeCluster cluster = new NodeCluster(
                new Systems(options.benchmarks()).maps(HEAP), true, Profile.THROUGHPUT, options.scratch());
        try (cluster) {
            NodeProcess client = cluster.startClient(HoldfastClient.class.getName());
            double seconds = client.fill(
                    new LoadPlan("insert", BYTES, FILL_WINDOW, 0, 0), scale.entries(), FILL_PATIENCE_SECONDS);
            say(repeat, "%,d entries of %d B in %.1f s", scale.entries(), BYTES, seconds);
            double perSecond = most(cluster, client, repeat) / 2;
            phase(cluster, client, SnapshotTables.OFF, scale.offSeconds(), perSecond, repeat);
            restartAll(cluster, repeat);
            phase(cluster, client, SnapshotTables.ON, scale.onSeconds(), perSecond, repeat);
            emptied(cluster, client, perSecond, repeat);
            restart(cluster, repeat);
            done = true;
        } finally {
            recording.save();
            if (!done) {
                cluster.printLogs();
            }
        }
    }

    private double most(NodeCluster cluster, NodeProcess client, int repeat) throws IOException {
        Durations.of(options.quick()).warmUp().run(cluster, client, overwrite);
        LoadPlan plan = new LoadPlan(overwrite, BYTES, FILL_WINDOW, scale.warmSeconds(), scale.closedSeconds());
        LoadResult closed = cluster.run(plan, client).load();
        add(SnapshotTables.CLOSED, closed, repeat);
        say(repeat, "%s: %,.0f/s", SnapshotTables.CLOSED, closed.rate());
        recording.save();
        return closed.rate();
    }

    private SteadyLoad begin(NodeProcess client, double seconds, double perSecond) throws IOException {
        LoadPlan load = new LoadPlan(overwrite, BYTES, OPEN_WINDOW, scale.warmSeconds(), seconds);
        return SteadyLoad.begin(client, new SteadyPlan(load, perSecond, scale.windowSeconds()));
    }

    private int windows(double seconds) {
        return (int) Math.round(seconds / scale.windowSeconds());
    }

    private void phase(
            NodeCluster cluster, NodeProcess client, String phase, double seconds, double perSecond, int repeat)
            throws IOException {
        Map<String, Double> before = cluster.state();
        SteadyLoad load = begin(client, seconds, perSecond);
        for (int window = 1; window <= windows(seconds); window++) {
            window(phase, window, load.awaitStretch(), repeat);
        }
        end(cluster, phase, load.awaitEnd(), perSecond, before, repeat);
    }

    private void emptied(NodeCluster cluster, NodeProcess client, double perSecond, int repeat) throws IOException {
        String phase = SnapshotTables.EMPTIED;
        Map<String, Double> before = cluster.state();
        NodeProcess slave = slave(cluster);
        SteadyLoad load = begin(client, scale.emptiedSeconds(), perSecond);
        window(phase, 1, load.awaitStretch(), repeat);
        long lost = System.nanoTime();
        NodeProcess again = cluster.restart(slave, true);
        cluster.awaitStarted(again);
        awaitPlace(again);
        double back = (System.nanoTime() - lost) / 1e9;
        recording.add(Systems.HOLDFAST, Cells.FORCED, phase, "back", back, "s", repeat);
        double installed = figure(again.state(), "installed");
        recording.add(Systems.HOLDFAST, Cells.FORCED, phase, "installed", installed, "1", repeat);
        say(repeat, "%s: has its place again after %.1f s, from %.0f snapshots", phase, back, installed);
        for (int window = 2; window <= windows(scale.emptiedSeconds()); window++) {
            window(phase, window, load.awaitStretch(), repeat);
        }
        end(cluster, phase, load.awaitEnd(), perSecond, before, repeat);
    }

    private static NodeProcess slave(NodeCluster cluster) throws IOException {
        List<NodeProcess> slaves = new ArrayList<>(cluster.nodes());
        slaves.remove(cluster.master());
        return slaves.get(0);
    }

    private void window(String phase, int number, LoadResult load, int repeat) {
        String work = SnapshotTables.window(phase, number);
        add(work, load, repeat);
        say(
                repeat,
                "%s: %,.0f/s  p50 %,.0f us  p99 %,.0f us  max %,.0f us%s",
                work,
                load.rate(),
                load.p50(),
                load.p99(),
                load.max(),
                load.errors() == 0 ? "" : "  errors " + load.errors());
    }

    private void end(
            NodeCluster cluster, String phase, Overload came, double perSecond, Map<String, Double> before, int repeat)
            throws IOException {
        Map<String, Double> after = cluster.state();
        recording.add(Systems.HOLDFAST, Cells.FORCED, phase, "offered", perSecond, "1/s", repeat);
        add(phase, came.load(), repeat);
        for (String counted : List.of("term", "snapshots")) {
            double risen = figure(after, counted) - figure(before, counted);
            recording.add(Systems.HOLDFAST, Cells.FORCED, phase, counted, risen, "1", repeat);
        }
        came.problems()
                .forEach((problem, count) ->
                        recording.add(Systems.HOLDFAST, Cells.FORCED, phase, problem, (double) count, "1", repeat));
        say(
                repeat,
                "%s: offered %,.0f/s, p99 %,.0f us, %s",
                phase,
                perSecond,
                came.load().p99(),
                came.problems());
        recording.save();
    }

    private void restartAll(NodeCluster cluster, int repeat) throws IOException {
        List<String> flags = new ArrayList<>(HEAP);
        flags.add("-D" + MapNode.SNAPSHOT_BYTES + "=" + scale.snapshotBytes());
        long start = System.nanoTime();
        cluster.restartAll(flags);
        for (NodeProcess node : cluster.nodes()) {
            awaitPlace(node);
        }
        say(repeat, "all nodes started again, with snapshots, in %.1f s", (System.nanoTime() - start) / 1e9);
    }

    private void restart(NodeCluster cluster, int repeat) throws IOException {
        NodeProcess master = cluster.master();
        NodeProcess slave = slave(cluster);
        long start = System.nanoTime();
        NodeProcess again = cluster.restart(slave, false);
        cluster.awaitStarted(again);
        awaitPlace(again);
        node("restart", (System.nanoTime() - start) / 1e9, "s", repeat);
        node("heap, master", master.heapInUse() / (1 << 20), "MiB", repeat);
        node("heap, slave started again", again.heapInUse() / (1 << 20), "MiB", repeat);
        node("snapshot", figure(master.state(), "snapshotbytes") / (1 << 20), "MiB", repeat);
    }

    private void node(String metric, double value, String unit, int repeat) {
        recording.add(Systems.HOLDFAST, Cells.FORCED, SnapshotTables.FULL_NODE, metric, value, unit, repeat);
        say(repeat, "%s, %s: %,.1f %s", SnapshotTables.FULL_NODE, metric, value, unit);
    }

    /** Ready, and with a vote of its own. */
    private static void awaitPlace(NodeProcess node) throws IOException {
        long end = System.nanoTime() + READY_NANOS;
        Map<String, Double> state = node.state();
        while (figure(state, "ready") == 0 || figure(state, "learner") == 1) {
            if (System.nanoTime() - end > 0 || figure(state, "failed") == 1) {
                throw new IOException("a node does not get its place again: " + state);
            }
            LockSupport.parkNanos(LOOK_NANOS);
            state = node.state();
        }
    }

    private static double figure(Map<String, Double> state, String name) throws IOException {
        Double value = state.get(name);
        if (value == null) {
            throw new IOException("a node does not tell its " + name);
        }
        return value;
    }

    private void add(String work, LoadResult load, int repeat) {
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, "rate", load.rate(), "1/s", repeat);
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, "p50", load.p50(), "us", repeat);
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, "p99", load.p99(), "us", repeat);
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, "max", load.max(), "us", repeat);
        recording.add(Systems.HOLDFAST, Cells.FORCED, work, "errors", (double) load.errors(), "1", repeat);
    }

    private static void say(int repeat, String format, Object... arguments) {
        System.out.printf(Locale.ROOT, repeat + " " + format + "%n", arguments);
    }
}
