package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A cluster of three in a simulation that goes the same way each time, until a test does something to it. */
final class ScriptedCluster {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    final Simulation simulation = new Simulation(11);
    final Decisions decisions = new Decisions();
    final List<SimulatedNode> machines = new ArrayList<>();
    final Map<String, HaCluster> processes = new TreeMap<>();
    final Map<String, AppliedLog> logs = new TreeMap<>();
    final List<String> acknowledged = new ArrayList<>();
    private int sent;

    ScriptedCluster() {
        for (int i = 1; i <= LIST.length; i++) {
            machines.add(simulation.node("node-" + i));
        }
        machines.forEach(this::start);
        await("the cluster forms");
        write(8);
    }

    void start(SimulatedNode machine) {
        AppliedLog log = new AppliedLog(machine.id(), decisions);
        logs.put(machine.id(), log);
        processes.put(
                machine.id(),
                HaCluster.builder("sim")
                        .node(Node.of(machine.id()).bind(machine.id() + ":7400"))
                        .with(LogReplication.inDirectory(Path.of("data"))
                                .bootstrap(LIST)
                                .segmentBytes(64 << 10)
                                .snapshots(64 << 10, Duration.ofHours(1))
                                .stateMachine(log))
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    /** Some of 9,000 bytes, from the first node that runs. */
    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of each is looked at in the callback
    void write(int count) {
        SimulatedNode from = machines.stream()
                .filter(machine -> machine.running() && !machine.equals(machines.get(2)))
                .findFirst()
                .orElseThrow();
        Commands commands = processes.get(from.id()).feature(LogAccess.class).commands();
        int[] open = {count};
        for (int i = 0; i < count; i++) {
            String command = "c" + sent++ + "-" + "x".repeat(9_000);
            commands.writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 20_000_000_000L)
                    .whenComplete((answer, problem) -> {
                        open[0]--;
                        if (problem == null) {
                            acknowledged.add(command);
                        }
                    });
        }
        // The one that writes may be the one that dies: then its callers die, too.
        simulation.runUntil(() -> open[0] == 0 || !from.running(), PATIENCE);
    }

    boolean converged() {
        return machines.stream()
                .allMatch(machine -> machine.running()
                        && processes.get(machine.id()).isReady()
                        && logs.get(machine.id()).applied().size() == decisions.size());
    }

    void await(String what) {
        assertTrue(simulation.runUntil(this::converged, PATIENCE), what + ": " + simulation.failures());
    }

    void startUntilItDies(SimulatedNode machine) {
        try {
            start(machine);
        } catch (RuntimeException e) {
            if (machine.running()) {
                throw e;
            }
        }
    }

    /** The victim is back, and everything is as it should be. */
    void check(SimulatedNode victim) {
        if (!victim.running()) {
            start(victim);
        }
        await(victim.id() + " comes back");
        write(4);
        await("it goes on");
        assertEquals(List.of(), decisions.violations());
        assertEquals(List.of(), simulation.failures());
        for (AppliedLog log : logs.values()) {
            assertTrue(log.applied().containsAll(acknowledged), "acknowledged and lost");
        }
    }
}
