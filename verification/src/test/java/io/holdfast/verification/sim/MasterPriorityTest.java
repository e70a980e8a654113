package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** {@code masterPriority}: who is preferred becomes master by an orderly hand-over, once it has been there for a while, and stays. */
class MasterPriorityTest {
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
    private static final String PREFERRED = "node-3";
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(11);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, Grant> grants = new TreeMap<>();
    private final Map<String, Health> health = new TreeMap<>();
    private final List<String> events = new ArrayList<>();

    private MasterPriorityTest() {
        for (String text : LIST) {
            start(text.substring(0, text.indexOf('@')));
        }
        await("the preferred one is master", () -> master().equals(PREFERRED));
    }

    private void start(String id) {
        SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
        HaCluster.builder("sim")
                .node(Node.of(id).bind(id + ":7400"))
                .with(LogReplication.inDirectory(Path.of("data"))
                        .bootstrap(LIST)
                        .timing(ELECTION_TIMEOUT.dividedBy(10), ELECTION_TIMEOUT)
                        .segmentBytes(64 << 10))
                .onMaster(grant -> {
                    events.add(id + " begins");
                    grants.put(id, grant);
                })
                .onSlave(reason -> events.add(id + " ends"))
                .masterPriority(id.equals(PREFERRED) ? 10 : 0)
                .healthCheck(
                        "sim",
                        HealthCheck.graded(() -> health.getOrDefault(id, Health.UP))
                                .every(Duration.ofMillis(500)))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, Duration.ofMinutes(3)),
                () -> what + "; " + events + " " + simulation.failures());
    }

    private String master() {
        return grants.entrySet().stream()
                .filter(entry -> machines.get(entry.getKey()).running()
                        && entry.getValue().isValid())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("nobody");
    }

    /** The preferred one dies, and another is master when it is back. */
    private String dieAndComeBack() {
        machines.get(PREFERRED).kill();
        grants.remove(PREFERRED);
        await("another is master", () -> !master().equals("nobody"));
        assertNotEquals(PREFERRED, master());
        events.clear();
        start(PREFERRED);
        return master();
    }

    @Test
    void whoIsPreferredGetsItBackInGoodOrderAndKeepsIt() {
        String other = dieAndComeBack();
        Grant before = grants.get(other);
        long back = simulation.nowNanos();
        await("it is master again", () -> master().equals(PREFERRED));
        assertTrue(
                simulation.nowNanos() - back
                        >= ELECTION_TIMEOUT.multipliedBy(10).toNanos(),
                "it has to have been there for ten election time-outs first");
        assertEquals(List.of(other + " ends", PREFERRED + " begins"), events);
        assertTrue(grants.get(PREFERRED).token().compareTo(before.token()) > 0);
        simulation.runFor(Duration.ofMinutes(2));
        assertEquals(2, events.size(), events.toString());
        assertEquals(List.of(), simulation.failures());
    }

    /** Health goes before priority. */
    @Test
    void whoIsPreferredAndUnwellDoesNotGetIt() {
        health.put(PREFERRED, Health.DEGRADED);
        String other = dieAndComeBack();
        simulation.runFor(Duration.ofMinutes(2));
        assertEquals(List.of(), events);
        assertTrue(grants.get(other).isValid());
        health.put(PREFERRED, Health.UP);
        await("it is master once it is well", () -> master().equals(PREFERRED));
        assertFalse(grants.get(other).isValid());
        assertEquals(List.of(), simulation.failures());
    }
}
