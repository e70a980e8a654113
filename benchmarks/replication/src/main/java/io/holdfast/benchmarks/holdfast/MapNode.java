package io.holdfast.benchmarks.holdfast;

import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.ReplicatedLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A node that holds maps and no machine of its user's, so that it takes snapshots; how often, a property says. */
public final class MapNode implements Subject {
    /** How many bytes of log from one snapshot to the next. Where it is not set there are none, for practical purposes. */
    public static final String SNAPSHOT_BYTES = "benchmark.snapshotBytes";

    private static final long NEVER = 1L << 40;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private @Nullable HaCluster started;

    @Override
    public void start(NodeSettings settings) {
        String[] nodes = IntStream.range(0, settings.nodes())
                .mapToObj(node -> "node-" + node + "@" + settings.address(node))
                .toArray(String[]::new);
        started = HaCluster.builder(HoldfastNode.CLUSTER)
                .node(Node.of("node-" + settings.id()).bind(settings.address(settings.id())))
                .meterRegistry(meters)
                .with(LogReplication.inDirectory(settings.directory())
                        .bootstrap(nodes)
                        .snapshots(Long.getLong(SNAPSHOT_BYTES, NEVER), Duration.ofDays(30)))
                .start();
    }

    private HaCluster cluster() {
        HaCluster cluster = started;
        if (cluster == null) {
            throw new IllegalStateException("not started");
        }
        return cluster;
    }

    private LogStatus status() {
        return ReplicatedLog.in(cluster()).status();
    }

    @Override
    public boolean isMaster() {
        return status().role() == ReplicaRole.MASTER;
    }

    /** Everything in the log counts: sessions and elections, too. */
    @Override
    public long applied() {
        return status().appliedIndex();
    }

    @Override
    public Target open(String work) {
        return Targets.open(cluster(), work);
    }

    @Override
    public Map<String, Double> state() {
        LogStatus status = status();
        Map<String, Double> state = new LinkedHashMap<>();
        state.put("term", (double) status.term());
        state.put("ready", cluster().isReady() ? 1.0 : 0.0);
        state.put("learner", status.role() == ReplicaRole.LEARNER ? 1.0 : 0.0);
        state.put("failed", cluster().failure().isPresent() ? 1.0 : 0.0);
        state.put("snapshots", counter("holdfast.snapshot.taken"));
        state.put("installed", counter("holdfast.snapshot.installed"));
        Gauge bytes = meters.find("holdfast.snapshot.bytes").gauge();
        state.put("snapshotbytes", bytes == null ? 0 : bytes.value());
        return state;
    }

    private double counter(String name) {
        Counter counter = meters.find(name).counter();
        return counter == null ? 0 : counter.count();
    }
}
