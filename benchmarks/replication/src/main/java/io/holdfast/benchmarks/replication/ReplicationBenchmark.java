package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.process.SystemUnderTest;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Holdfast, its peers and the floor in one run, one after the other and in the opposite order in every second repeat, so
 * that none is measured on a better machine. {@code ReplicationBenchmark DIRECTORY [--quick] [--peers a,b] [--systems a,b]}
 */
public final class ReplicationBenchmark {
    static final String PROCESSORS = "processors";

    private final Options options;
    private final Systems systems;
    private final Durations durations;
    private final Recording recording;
    private int failures;

    private ReplicationBenchmark(Options options) {
        this.options = options;
        this.systems = new Systems(options.benchmarks());
        this.durations = Durations.of(options);
        this.recording = new Recording(options.rows("replication"));
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        ReplicationBenchmark benchmark = new ReplicationBenchmark(Options.parse(args));
        benchmark.run();
        System.out.println();
        System.out.print(new ReplicationTables(new Results(benchmark.recording.rows())).toText());
        if (benchmark.failures > 0) {
            System.out.println(benchmark.failures + " cells or clusters failed, see above");
        }
    }

    private void run() throws IOException {
        recording.add(Systems.MACHINE, "", "", PROCESSORS, Runtime.getRuntime().availableProcessors(), "1", 1);
        for (int repeat = 1; repeat <= durations.repeats(); repeat++) {
            List<String> order = new ArrayList<>(options.systems());
            if (repeat % 2 == 0) {
                Collections.reverse(order);
            }
            if (order.contains(Systems.FLOOR)) {
                machine(repeat);
            }
            for (boolean forced : new boolean[] {true, false}) {
                for (String system : order) {
                    writes(system, forced, repeat);
                    recording.save();
                }
            }
            if (order.contains(Systems.HOLDFAST)) {
                costs(repeat);
                recording.save();
            }
        }
    }

    private void writes(String name, boolean forced, int repeat) {
        try (NodeCluster cluster = new NodeCluster(systems.get(name), forced, Profile.THROUGHPUT, options.scratch())) {
            durations.warmUp().run(cluster, cluster.master(), "write");
            for (int bytes : Cells.BYTES) {
                for (int window : Cells.WINDOWS) {
                    LoadPlan plan = durations.plan("write", bytes, window);
                    recording.cell(name, Cells.settings(forced), plan.label(), repeat, cluster.run(plan));
                }
            }
        } catch (IOException e) {
            failed(name + ", " + Cells.settings(forced), e);
        }
    }

    private void costs(int repeat) {
        try (NodeCluster cluster =
                new NodeCluster(systems.get(Systems.HOLDFAST), true, Profile.THROUGHPUT, options.scratch())) {
            durations.warmUp().run(cluster, cluster.master(), "write");
            new HoldfastCosts(durations, recording, repeat).measure(cluster);
        } catch (IOException e) {
            failed("costs of " + Systems.HOLDFAST, e);
        }
    }

    /** What the disk and the sockets can do by themselves. */
    private void machine(int repeat) {
        machine(systems.pingPong(), "ping-pong", 256, List.of(1, 1_024), repeat);
        for (int bytes : Cells.BYTES) {
            machine(systems.appends(), "append", bytes, List.of(1, (64 << 10) / bytes), repeat);
        }
    }

    private void machine(SystemUnderTest system, String work, int bytes, List<Integer> windows, int repeat) {
        try (NodeCluster cluster = new NodeCluster(system, true, Profile.THROUGHPUT, options.scratch())) {
            for (int window : windows) {
                LoadPlan plan = durations.plan(work, bytes, window);
                recording.cell(Systems.MACHINE, Cells.FORCED, plan.label(), repeat, cluster.run(plan));
            }
        } catch (IOException e) {
            failed(work, e);
        }
    }

    private void failed(String what, IOException problem) {
        failures++;
        System.err.println("!! " + what + ": " + problem.getMessage());
    }
}
