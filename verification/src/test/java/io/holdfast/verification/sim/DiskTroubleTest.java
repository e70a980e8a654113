package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
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
import org.junit.jupiter.api.Test;

/** Disks that are full, or whose forces fail, under load: the node says so and stops, nothing is lost, and it comes back. */
class DiskTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(5);
    private final Decisions decisions = new Decisions();
    private final List<SimulatedNode> machines = new ArrayList<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final Map<String, AppliedLog> logs = new TreeMap<>();
    private final List<String> acknowledged = new ArrayList<>();
    private final HaCluster client;
    private int sent;

    DiskTroubleTest() {
        for (int i = 1; i <= LIST.length; i++) {
            machines.add(simulation.node("node-" + i));
        }
        machines.forEach(this::start);
        SimulatedNode elsewhere = simulation.node("client");
        client = HaCluster.builder("sim")
                .node(Node.client("client"))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400"))
                .runtime(elsewhere.runtime())
                .executor(elsewhere.callbacks())
                .start();
        awaitConverged();
    }

    private void start(SimulatedNode machine) {
        AppliedLog log = new AppliedLog(machine.id(), decisions);
        logs.put(machine.id(), log);
        processes.put(
                machine.id(),
                HaCluster.builder("sim")
                        .node(Node.of(machine.id()).bind(machine.id() + ":7400"))
                        .with(LogReplication.inDirectory(Path.of("data"))
                                .bootstrap(LIST)
                                .segmentBytes(64 << 10)
                                .snapshots(256 << 10, Duration.ofHours(1))
                                .stateMachine(log))
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    private HaCluster process(SimulatedNode machine) {
        return processes.get(machine.id());
    }

    private SimulatedNode master() {
        return machines.stream()
                .filter(machine -> machine.running()
                        && process(machine).feature(LogAccess.class).status().role() == ReplicaRole.MASTER)
                .findFirst()
                .orElseThrow();
    }

    private List<SimulatedNode> slaves() {
        SimulatedNode master = master();
        return machines.stream().filter(machine -> !machine.equals(master)).toList();
    }

    /** Writes until this many have been answered, one way or the other. */
    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of each is looked at in the callback
    private void write(int count) {
        Commands commands = client.feature(LogAccess.class).commands();
        int[] open = {count};
        for (int i = 0; i < count; i++) {
            String command = "c" + sent++ + "-" + "x".repeat(9_000);
            commands.writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 5_000_000_000L)
                    .whenComplete((answer, problem) -> {
                        open[0]--;
                        if (problem == null) {
                            acknowledged.add(command);
                        }
                    });
        }
        assertTrue(simulation.runUntil(() -> open[0] == 0, PATIENCE), "every call ends");
    }

    private void awaitConverged() {
        assertTrue(
                simulation.runUntil(
                        () -> machines.stream()
                                .allMatch(machine -> machine.running()
                                        && process(machine).isReady()
                                        && logs.get(machine.id()).applied().size() == decisions.size()),
                        PATIENCE),
                "not converged: " + simulation.failures());
    }

    private void fill(SimulatedNode machine) {
        machine.storage().capacity(machine.storage().usedBytes());
    }

    /** It has stopped by itself, and says which file and why. */
    private void assertStopped(SimulatedNode machine, String why) {
        assertTrue(
                simulation.runUntil(() -> process(machine).failure().isPresent(), PATIENCE), machine.id() + " goes on");
        String said = "";
        for (Throwable cause = process(machine).failure().get(); cause != null; cause = cause.getCause()) {
            said += cause.getMessage() + "; ";
        }
        assertTrue(said.contains("data/") && said.contains(why), said);
        assertFalse(process(machine).isReady());
    }

    private void comesBack(SimulatedNode machine) {
        machine.storage().capacity(Long.MAX_VALUE);
        machine.kill();
        start(machine);
    }

    private void assertNothingIsLost() {
        awaitConverged();
        int before = acknowledged.size();
        write(3);
        assertEquals(before + 3, acknowledged.size());
        awaitConverged();
        assertEquals(List.of(), decisions.violations());
        logs.values().forEach(log -> assertTrue(log.applied().containsAll(acknowledged), "acknowledged and lost"));
    }

    @Test
    void aSlaveWhoseDiskIsFullStopsAndTheOthersGoOn() {
        SimulatedNode slave = slaves().get(0);
        fill(slave);
        for (int i = 0; i < 10; i++) {
            write(12);
        }
        assertEquals(120, acknowledged.size(), "the others go on");
        assertStopped(slave, "No space left");
        comesBack(slave);
        assertNothingIsLost();
    }

    @Test
    void aMasterWhoseDiskIsFullGivesWay() {
        SimulatedNode master = master();
        fill(master);
        for (int i = 0; i < 10; i++) {
            write(12);
        }
        assertStopped(master, "No space left");
        assertTrue(acknowledged.size() > 60, "another one took over: " + acknowledged.size());
        comesBack(master);
        assertNothingIsLost();
    }

    @Test
    void whereAllDisksAreFullNothingIsLost() {
        machines.forEach(this::fill);
        for (int i = 0; i < 4; i++) {
            write(12);
        }
        long stopped = machines.stream()
                .filter(machine -> process(machine).failure().isPresent())
                .count();
        assertTrue(stopped >= 2, stopped + " nodes have stopped");
        machines.forEach(this::comesBack);
        assertNothingIsLost();
    }

    @Test
    void aFailedForceIsFinalAndAnotherNodeTakesOver() {
        SimulatedNode master = master();
        master.storage().failNextForce(path -> path.toString().endsWith(".seg"), "Input/output error");
        write(12);
        assertStopped(master, "Input/output error");
        assertEquals(12, acknowledged.size(), "another node took them over");
        comesBack(master);
        assertNothingIsLost();
    }

    /** A snapshot is no reason to stop: the log is there. */
    @Test
    void aSnapshotThatCannotBeWrittenCostsNothingButSpace() {
        SimulatedNode slave = slaves().get(0);
        slave.storage().failNextWrite(path -> path.toString().contains("snapshots"), "No space left on device");
        for (int i = 0; i < 10; i++) {
            write(12);
            simulation.runFor(Duration.ofSeconds(1));
        }
        assertTrue(process(slave).isReady());
        assertEquals(120, acknowledged.size());
        assertFalse(slave.storage().files().stream()
                .anyMatch(path -> path.toString().endsWith(".part")));
        // The next attempt is made after a minute.
        simulation.runFor(Duration.ofSeconds(70));
        assertTrue(slave.storage().files().stream()
                .anyMatch(path -> path.toString().endsWith(".snap")));
        assertNothingIsLost();
    }
}
