package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Nodes with gossip and the log in a simulation: three form the cluster, others join it. */
abstract class WholeNodesFixture {
    static final Duration PATIENCE = Duration.ofMinutes(3);
    static final String[] VOTERS = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};
    static final String[] SEEDS = {"node-1:7400", "node-2:7400", "node-3:7400"};

    final Simulation simulation;
    final Map<String, SimulatedNode> machines = new TreeMap<>();
    final Map<String, HaCluster> processes = new TreeMap<>();
    final List<HaEvent> events = new ArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    UnaryOperator<LogReplication> settings = log -> log.autopilotReplaceAfter(Duration.ofSeconds(20));

    WholeNodesFixture(long seed) {
        simulation = new Simulation(seed);
    }

    void start(int from, int to) {
        for (int i = from; i <= to; i++) {
            String id = "node-" + i;
            machines.computeIfAbsent(id, simulation::node);
            start(id, i);
        }
    }

    void start(String id, int number) {
        start(id, number, 7400);
    }

    void start(String id, int number, int port) {
        SimulatedNode machine = machines.get(id);
        LogReplication log = LogReplication.inDirectory(Path.of("data"));
        log = number <= 3 ? log.bootstrap(VOTERS) : log.join(SEEDS);
        processes.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(id + ":" + port).zone(number % 2 == 0 ? "even" : "odd"))
                        .with(GossipMembership.seeds(SEEDS))
                        .with(settings.apply(log.segmentBytes(1 << 20)))
                        .listener(events::add)
                        .meterRegistry(meters)
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, PATIENCE),
                () -> what + ": " + simulation.failures() + " " + voters() + " " + explain() + describe());
    }

    /** As the master knows; nobody while a change is not decided. */
    List<String> voters() {
        Map<String, Object> known = processes
                .get(master())
                .feature(ReplicationNode.class)
                .inspectable()
                .inspect();
        return known.get("voters") instanceof List<?> list && Boolean.FALSE.equals(known.get("changing"))
                ? list.stream().map(String::valueOf).sorted().toList()
                : List.of();
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        processes.forEach((id, node) -> text.append("\n  ")
                .append(id)
                .append(machines.get(id).running() ? " " : " (down) ")
                .append(node.feature(LogAccess.class).status())
                .append(node.isReady() ? "" : " not ready: " + node.whyNotReady()));
        return text.toString();
    }

    String explain() {
        return processes.get(master()).explain().findings().stream()
                .filter(finding -> finding.subject().equals("autopilot"))
                .toList()
                .toString();
    }

    String master() {
        return processes.keySet().stream()
                .filter(id -> machines.get(id).running()
                        && processes.get(id).feature(LogAccess.class).status().role() == ReplicaRole.MASTER)
                .findFirst()
                .orElse("node-1");
    }

    List<HaEvent> told() {
        return events.stream()
                .filter(event -> event.kind() == HaEvent.Kind.AUTOPILOT)
                .toList();
    }

    void fiveNodes() {
        start(1, 3);
        await("they form a cluster", () -> processes.values().stream().allMatch(HaCluster::isReady));
        start(4, 5);
        await("two join", () -> processes.values().stream().allMatch(HaCluster::isReady));
        simulation.runFor(Duration.ofSeconds(40));
        assertEquals(List.of("node-1", "node-2", "node-3"), voters());
    }

    /** Somebody who writes one thing after the other, and how long nothing was answered at the longest. */
    final class Load {
        private final ReplicatedMap<String, String> map;
        private long lastNanos = simulation.nowNanos();
        long longestNanos;
        int answered;

        Load(HaCluster client) {
            map = ReplicatedMap.in(client, "orders", Codec.string(), Codec.string());
            next();
        }

        @SuppressWarnings("FutureReturnValueIgnored") // looked at in the callback
        private void next() {
            map.putAsync("key-" + answered % 100, "value").whenComplete((done, failure) -> {
                if (failure == null) {
                    answered++;
                    longestNanos = Math.max(longestNanos, simulation.nowNanos() - lastNanos);
                    lastNanos = simulation.nowNanos();
                }
                simulation.at(Duration.ofMillis(20), this::next);
            });
        }
    }

    HaCluster client() {
        SimulatedNode machine = simulation.node("client");
        return HaCluster.builder("shop")
                .node(Node.client("client"))
                .with(LogReplication.client(
                        "node-1:7400",
                        "node-2:7400",
                        "node-3:7400",
                        "node-4:7400",
                        "node-5:7400",
                        "node-6:7400",
                        "node-7:7400"))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
    }
}
