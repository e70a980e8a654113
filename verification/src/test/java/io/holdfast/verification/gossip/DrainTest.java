package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Node;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that drains, or is not well, and what others do of it: by gossip, on members and on a client. */
@Timeout(600)
class DrainTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String[] SEEDS = {"node-1:7400", "node-2:7400"};

    private final Simulation simulation = new Simulation(81);
    private final AtomicBoolean database = new AtomicBoolean(true);
    private final Map<String, HaCluster> nodes = new TreeMap<>();

    @BeforeEach
    void threeNodesAndAClient() {
        for (int i = 1; i <= 3; i++) {
            String id = "node-" + i;
            SimulatedNode machine = simulation.node(id);
            HaCluster.Builder builder = HaCluster.builder("shop")
                    .node(Node.of(id).bind(id + ":7400").service("http", "http://" + id + ":8080"))
                    .with(GossipMembership.seeds(SEEDS))
                    .with(LoadBalancing.feature())
                    .runtime(machine.runtime())
                    .executor(machine.callbacks());
            if (i == 3) {
                builder.healthCheck("database", HealthCheck.of(database::get).every(Duration.ofMillis(500)));
            }
            nodes.put(id, builder.start());
        }
        SimulatedNode machine = simulation.node("client");
        nodes.put(
                "client",
                HaCluster.builder("shop")
                        .node(Node.client("client"))
                        .with(GossipMembership.seeds(SEEDS))
                        .with(LoadBalancing.feature())
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
        await("all share the load", () -> shares().equals(Map.of("node-1", 0.33, "node-2", 0.33, "node-3", 0.33)));
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(simulation.runUntil(condition, SOON), () -> what + ": " + shares() + " " + simulation.failures());
    }

    /** Where the client's requests go. */
    private Map<String, Double> shares() {
        LoadBalancer calls = LoadBalancing.service(nodes.get("client"), "http");
        return calls.balancer().explain().endpoints().stream()
                .filter(each -> each.share() > 0)
                .collect(Collectors.toMap(
                        each -> each.endpoint().id(),
                        each -> Math.floor(each.share() * 100) / 100,
                        (a, b) -> a,
                        TreeMap::new));
    }

    private MemberFacts facts(String by, String of) {
        return nodes.get(by).members().find(of).orElseThrow().facts();
    }

    @Test
    void nobodySendsToANodeThatDrains() {
        HaCluster drained = nodes.get("node-2");
        drained.drain(true);
        drained.drain(true);
        simulation.runFor(Duration.ofMillis(900)); // with gossip's rounds and a client's half second
        assertTrue(facts("client", "node-2").draining(), "it is no load, which may wait for two seconds");
        assertTrue(drained.isDraining());
        assertFalse(drained.isReady());
        assertEquals("node: it drains: no new requests are to come", drained.whyNotReady());
        await("the client knows", () -> shares().keySet().equals(Set.of("node-1", "node-3")));
        assertTrue(facts("node-1", "node-2").draining());
        drained.drain(false);
        assertTrue(drained.isReady());
        await("it gets requests again", () -> shares().containsKey("node-2"));
        assertFalse(facts("node-3", "node-2").draining());
    }

    @Test
    void nobodySendsToANodeThatIsDown() {
        database.set(false);
        await("the client knows", () -> shares().keySet().equals(Set.of("node-1", "node-2")));
        assertEquals(Health.DOWN, facts("node-1", "node-3").health());
        database.set(true);
        await("it gets requests again", () -> shares().containsKey("node-3"));
        assertEquals(Health.UP, facts("client", "node-3").health());
    }
}
