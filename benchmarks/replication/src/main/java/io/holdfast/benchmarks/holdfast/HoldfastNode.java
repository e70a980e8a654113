package io.holdfast.benchmarks.holdfast;

import io.holdfast.benchmarks.load.ClosedLoop;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import io.holdfast.benchmarks.subject.Subject;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A node of Holdfast with its defaults, or with the fast profile. Any node takes writes, and hands them to the master. */
public final class HoldfastNode implements Subject {
    static final String CLUSTER = "benchmark";
    /** A property: where it is set the master has duties, which begin and end at once. */
    public static final String DUTIES = "benchmark.duties";

    private final CountingMachine machine = new CountingMachine();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private @Nullable HaCluster started;

    @Override
    public void start(NodeSettings settings) {
        String[] nodes = IntStream.range(0, settings.nodes())
                .mapToObj(node -> "node-" + node + "@" + settings.address(node))
                .toArray(String[]::new);
        LogReplication log = LogReplication.inDirectory(settings.directory())
                .bootstrap(nodes)
                .stateMachine(machine);
        if (settings.profile() == Profile.FAST) {
            log = log.fast();
        }
        if (!settings.forced()) {
            log = log.unforced();
        }
        HaCluster.Builder builder = HaCluster.builder(CLUSTER)
                .node(Node.of("node-" + settings.id()).bind(settings.address(settings.id())))
                .meterRegistry(meters)
                .with(log);
        if (Boolean.getBoolean(DUTIES)) {
            builder.onMaster(grant -> {}).onSlave(reason -> {});
        }
        started = builder.start();
    }

    private HaCluster cluster() {
        HaCluster cluster = started;
        if (cluster == null) {
            throw new IllegalStateException("not started");
        }
        return cluster;
    }

    @Override
    public boolean isMaster() {
        return ReplicatedLog.in(cluster()).status().role() == ReplicaRole.MASTER;
    }

    @Override
    public long applied() {
        return machine.count();
    }

    @Override
    public Target open(String work) {
        return Targets.open(cluster(), work);
    }

    /** One write at a time is what the blocking call is for. */
    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws Exception {
        String work = plan.window() == 1 && plan.work().equals("write") ? Targets.BLOCKING : plan.work();
        try (Target target = open(work)) {
            return ClosedLoop.run(target, plan, measuring);
        }
    }

    @Override
    public Map<String, Double> counters() {
        Counter forces = meters.find("holdfast.log.forces").counter();
        return forces == null ? Map.of() : Map.of("forces", forces.count());
    }

    @Override
    public Map<String, Double> state() {
        long direct = Math.max(0, PlatformDependent.usedDirectMemory());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        return Map.of(
                "term",
                (double) ReplicatedLog.in(cluster()).status().term(),
                "heap",
                (double)
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                "direct",
                (double) direct);
    }

    @Override
    public boolean takesWrites() {
        return true;
    }

    @Override
    public void handOver() throws Exception {
        cluster().transferMastership("").get(30, TimeUnit.SECONDS);
    }
}
