package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingRate;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.autoscale.ScalingStatus;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.Profile;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes in this process, which start and stop others by the load that the test says there is. */
@Timeout(600)
class ScalingTest {
    private static final Duration PATIENCE = Waiting.PATIENCE;
    private static final int MOST = 6;

    private final Map<String, HaCluster> running = new ConcurrentSkipListMap<>();
    private final List<String> addresses = new ArrayList<>();
    private final Nodes nodes = new Nodes();
    /** Requests in a second, in all; each node takes 100 at full load. */
    private volatile double demand = 150;

    @TempDir
    Path temporary;

    /** Nodes of this process, by name. The first three were started by somebody else. */
    private final class Nodes implements ScalingTarget {
        private final Map<String, String> started = new ConcurrentHashMap<>();

        @Override
        public String name() {
            return "this process";
        }

        @Override
        public Capabilities capabilities() {
            return new Capabilities(true, Capabilities.Removal.ANY, false);
        }

        @Override
        public List<Instance> instances() {
            return started.keySet().stream()
                    .sorted()
                    .map(node -> new Instance(
                            node, running.containsKey(node) ? Instance.State.RUNNING : Instance.State.FAILED, ""))
                    .toList();
        }

        @Override
        public void start(StartOrder order) throws ScalingTargetException {
            for (String node : order.nodes()) {
                if (!running.containsKey(node)) {
                    started.put(node, order.action());
                    ScalingTest.this.start(node);
                }
            }
        }

        @Override
        public void stop(StopOrder order) {
            started.remove(order.node());
            HaCluster gone = running.remove(order.node());
            if (gone != null) {
                gone.stop();
            }
        }
    }

    @BeforeEach
    void three() throws Exception {
        addresses.addAll(Loopback.freeTexts(MOST));
        for (int i = 1; i <= 3; i++) {
            start("node-" + i);
        }
        running.values().forEach(node -> node.awaitReady(PATIENCE));
    }

    @AfterEach
    void stopAll() {
        running.values().forEach(HaCluster::stop);
    }

    private void start(String node) {
        int number = Integer.parseInt(node.substring("node-".length()));
        LogReplication log = LogReplication.inDirectory(temporary.resolve(node)).segmentBytes(1 << 20);
        String[] voters = Stream.of(1, 2, 3)
                .map(i -> "node-" + i + "@" + addresses.get(i - 1))
                .toArray(String[]::new);
        running.put(
                node,
                HaCluster.builder("shop")
                        .node(Node.of(node).bind(addresses.get(number - 1)))
                        .with(GossipMembership.seeds(addresses.subList(0, 3).toArray(String[]::new))
                                .profile(Profile.LOCAL))
                        .with(
                                number <= 3
                                        ? log.bootstrap(voters)
                                        : log.join(addresses.subList(0, 3).toArray(String[]::new)))
                        .with(Autoscaling.on(nodes)
                                .between(3, MOST)
                                .withoutJvmLoads()
                                .load("rate", this::share)
                                .load(Load.IN_FLIGHT, () -> 0)
                                .policy(TargetTracking.of("rate", 60))
                                .limits(ScalingLimits.usual()
                                        .stabilization(Duration.ZERO, Duration.ofSeconds(3))
                                        .rate(
                                                ScalingRate.nodes(9, Duration.ofSeconds(1)),
                                                ScalingRate.nodes(9, Duration.ofSeconds(1)))
                                        .coolDown(Duration.ZERO, Duration.ofSeconds(2))
                                        .flappingWindow(Duration.ZERO))
                                .every(Duration.ofSeconds(1), Duration.ofSeconds(1))
                                .warmUp(Duration.ofSeconds(1))
                                .drain(Duration.ofSeconds(1), Duration.ofSeconds(5)))
                        .start());
    }

    private double share() {
        return demand / Math.max(1, running.size());
    }

    private Optional<ScalingStatus> status() {
        return running.values().stream()
                .map(ScalingService::of)
                .map(ScalingService::status)
                .filter(ScalingStatus::decides)
                .findFirst();
    }

    private boolean areReady(int count) {
        return status().filter(s -> s.action().isEmpty()
                        && s.wanted() == count
                        && s.nodes().values().stream().filter("READY"::equals).count() == count)
                .isPresent();
    }

    private void awaitReady(int count) throws Exception {
        eventually(count + " nodes", () -> areReady(count), this::status);
    }

    @Test
    void nodesComeWithTheLoadAndGoWithItAlsoWhenTheMasterDies() throws Exception {
        awaitReady(3);
        ReplicatedMap<String, String> map =
                ReplicatedMap.in(running.get("node-1"), "orders", Codec.string(), Codec.string());
        map.put("o-1", "written before");
        demand = 330;
        awaitReady(6);
        // whoever has come has the state and no vote
        assertEquals(
                "written before",
                ReplicatedMap.in(running.get("node-6"), "orders", Codec.string(), Codec.string())
                        .get("o-1"));
        String master = running.get("node-6").master().orElseThrow().nodeId();
        assertTrue(List.of("node-1", "node-2", "node-3").contains(master), master);

        demand = 150;
        eventually(
                "a node goes", () -> status().filter(s -> !s.action().isEmpty()).isPresent(), this::status);
        running.remove(master).stop(); // in the middle of it: its successor goes on
        start(master);
        awaitReady(3);
        assertEquals(List.of("node-1", "node-2", "node-3"), List.copyOf(running.keySet()));
        assertEquals(
                "written before",
                ReplicatedMap.in(running.get("node-2"), "orders", Codec.string(), Codec.string())
                        .get("o-1"));
    }

    @Test
    void whatIsPausedOnOneNodeIsPausedOnAll() throws Exception {
        awaitReady(3);
        String other = running.keySet().stream()
                .filter(id -> !ScalingService.of(running.get(id)).status().decides())
                .findFirst()
                .orElseThrow();
        ScalingService.of(running.get(other)).pause("a test").join();
        assertEquals("a test", status().orElseThrow().pausedBy());
        demand = 330;
        eventually(
                "the wish is shown",
                () -> running.values().stream()
                        .map(ScalingService::of)
                        .flatMap(service -> service.decisions().stream())
                        .anyMatch(decision -> decision.to() == 6 && !decision.applied()),
                this::status);
        assertEquals(3, running.size());
        assertFalse(status().orElseThrow().acts());
        ScalingService.of(running.get(other)).resume().join();
        awaitReady(6);
    }
}
