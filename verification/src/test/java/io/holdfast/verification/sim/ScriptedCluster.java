package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
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
import java.util.function.BooleanSupplier;

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
    final List<HaEvent> events = new ArrayList<>();
    private final int snapshotBytes;
    private int sent;

    ScriptedCluster() {
        this(64 << 10);
        write(8);
    }

    /** @param snapshotBytes of log between two snapshots */
    ScriptedCluster(int snapshotBytes) {
        this.snapshotBytes = snapshotBytes;
        for (int i = 1; i <= LIST.length; i++) {
            machines.add(simulation.node("node-" + i));
        }
        machines.forEach(this::start);
        await("the cluster forms");
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
                                .snapshots(snapshotBytes, Duration.ofHours(1))
                                .stateMachine(log))
                        .listener(events::add)
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    /** Some of 9,000 bytes, from the first node that runs. */
    void write(int count) {
        SimulatedNode from = machines.stream()
                .filter(machine -> machine.running() && !machine.equals(machines.get(2)))
                .findFirst()
                .orElseThrow();
        // The one that writes may be the one that dies: then its callers die, too.
        write(processes.get(from.id()), count, () -> !from.running());
    }

    /** Writes from there until all have been answered, one way or the other, or nobody will be any more. */
    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of each is looked at in the callback
    void write(HaCluster from, int count, BooleanSupplier dead) {
        Commands commands = from.feature(LogAccess.class).commands();
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
        assertTrue(simulation.runUntil(() -> open[0] == 0 || dead.getAsBoolean(), PATIENCE), "every call ends");
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

    SimulatedNode master() {
        return machines.stream()
                .filter(machine -> machine.running()
                        && processes
                                        .get(machine.id())
                                        .feature(LogAccess.class)
                                        .status()
                                        .role()
                                == ReplicaRole.MASTER)
                .findFirst()
                .orElseThrow();
    }

    /** The victim is back, and everything is as it should be. */
    void check(SimulatedNode victim) {
        if (!victim.running()) {
            start(victim);
        }
        await(victim.id() + " comes back");
        write(4);
        assertEquals(List.of(), simulation.failures());
        assertNothingIsLost();
    }

    void assertNothingIsLost() {
        await("all have everything");
        assertEquals(List.of(), decisions.violations());
        for (AppliedLog log : logs.values()) {
            assertTrue(log.applied().containsAll(acknowledged), "acknowledged and lost");
        }
    }
}
