package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * In the middle of a rolling change of {@code stopWithin}: one node has the new value already, is the master, and is cut off. What
 * its callbacks may take must have passed before those of another begin.
 */
class UnequalStopWithinTest {
    private static final String CHANGED = "node-1";
    private static final Duration NEW = Duration.ofSeconds(30);
    private static final Duration OLD = Duration.ofSeconds(5);
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(7);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, Grant> grants = new TreeMap<>();
    private final Map<String, Long> begunAt = new TreeMap<>();

    private void start(String id) {
        SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
        HaCluster.builder("sim")
                .node(Node.of(id).bind(id + ":7400"))
                .with(LogReplication.inDirectory(Path.of("data"))
                        .bootstrap(LIST)
                        .segmentBytes(64 << 10))
                .onMaster(grant -> {
                    grants.put(id, grant);
                    begunAt.put(id, simulation.nowNanos());
                })
                .stopWithin(id.equals(CHANGED) ? NEW : OLD)
                .masterPriority(id.equals(CHANGED) ? 1 : 0)
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, Duration.ofMinutes(3)),
                () -> what + "; " + begunAt + " " + simulation.failures());
    }

    private String master() {
        return grants.entrySet().stream()
                .filter(entry -> machines.get(entry.getKey()).running()
                        && entry.getValue().isValid())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("nobody");
    }

    /** Returns when its last grant ended. */
    private long cutOffTheMaster() {
        for (String text : LIST) {
            start(text.substring(0, text.indexOf('@')));
        }
        await("the changed node is master", () -> master().equals(CHANGED));
        simulation.network().isolate(CHANGED);
        await("its grant ends", () -> master().equals("nobody"));
        return simulation.nowNanos();
    }

    private void assertNextWaits(long ended) {
        await("there is another", () -> !master().equals("nobody"));
        long waited = begunAt.get(master()) - ended;
        assertTrue(waited >= NEW.toNanos(), "it began " + waited / 1_000_000 + " ms after the old grant had ended");
        assertTrue(waited < NEW.toNanos() * 3 / 2, "and waited for " + waited / 1_000_000 + " ms");
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void theNextMasterWaitsForAsLongAsTheOldOneMayTake() {
        assertNextWaits(cutOffTheMaster());
    }

    /** Those who heard it have forgotten everything that is not on their disks. */
    @Test
    void alsoIfAllOthersAreStartedAnew() {
        long ended = cutOffTheMaster();
        for (String id : new String[] {"node-2", "node-3"}) {
            machines.get(id).kill();
            start(id);
        }
        assertNextWaits(ended);
    }
}
