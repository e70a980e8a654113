package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.holdfast.HoldfastClient;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.process.NodeProcess;
import java.io.IOException;

/** What Holdfast costs beside raw writes: by the map, from a client in a process of its own, and by reads. */
final class HoldfastCosts {
    private static final int BYTES = 256;

    private final Durations durations;
    private final Recording recording;
    private final int repeat;

    HoldfastCosts(Durations durations, Recording recording, int repeat) {
        this.durations = durations;
        this.recording = recording;
        this.repeat = repeat;
    }

    void measure(NodeCluster cluster) throws IOException {
        for (String work : new String[] {"map", "read"}) {
            durations.warmUp().run(cluster, cluster.master(), work);
            for (int window : Cells.WINDOWS) {
                LoadPlan plan = durations.plan(work, BYTES, window);
                recording.cell(Systems.HOLDFAST, Cells.FORCED, plan.label(), repeat, cluster.run(plan));
            }
        }
        for (String work : new String[] {"write", "map", "read"}) {
            for (int window : Cells.WINDOWS) {
                LoadPlan plan = durations.plan(work, BYTES, window);
                systemCalls(cluster, plan, plan.label(), cluster.master());
            }
        }
        NodeProcess client = cluster.startClient(HoldfastClient.class.getName());
        durations.warmUp().run(cluster, client, "write");
        for (int window : Cells.WINDOWS) {
            LoadPlan plan = durations.plan("write", BYTES, window);
            String label = Cells.label("client", BYTES, window);
            recording.cell(Systems.HOLDFAST, Cells.FORCED, label, repeat, cluster.run(plan, client));
            systemCalls(cluster, plan, label, client);
        }
    }

    /** In a run of its own, so that the counting disturbs no other figure. */
    private void systemCalls(NodeCluster cluster, LoadPlan plan, String label, NodeProcess loader) throws IOException {
        cluster.systemCalls(plan, loader)
                .ifPresent(calls -> recording.add(
                        Systems.HOLDFAST, Cells.FORCED, label, "system calls", calls, "1/operation", repeat));
    }
}
