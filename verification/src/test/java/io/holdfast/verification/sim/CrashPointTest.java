package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes at each operation of a node's disk in turn, with unforced writes lost, torn or kept: while it takes a
 * snapshot and shortens its log, while it fetches another's, and while it starts. Whatever is left is a good state: the node
 * comes back, and has everything.
 */
class CrashPointTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    /** What the victim does while it is struck. */
    enum Stage {
        /** The master, and a slave. */
        SNAPSHOT_OF_THE_MASTER(0),
        SNAPSHOT_OF_A_SLAVE(1),
        /** It missed what is not in the log any more. */
        INSTALLATION(2),
        /** With a snapshot and a log behind it. */
        RESTART(1);

        final int victim;

        Stage(int victim) {
            this.victim = victim;
        }
    }

    /** One cluster's life, the same each time up to the crash. */
    private static final class Life {
        final Simulation simulation = new Simulation(11);
        final Decisions decisions = new Decisions();
        final List<SimulatedNode> machines = new ArrayList<>();
        final Map<String, HaCluster> processes = new TreeMap<>();
        final Map<String, AppliedLog> logs = new TreeMap<>();
        final List<String> acknowledged = new ArrayList<>();
        private int sent;

        Life() {
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
            Commands commands =
                    processes.get(from.id()).feature(LogAccess.class).commands();
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

        void run(Stage stage) {
            switch (stage) {
                case SNAPSHOT_OF_THE_MASTER, SNAPSHOT_OF_A_SLAVE -> {
                    write(12);
                    simulation.runFor(Duration.ofSeconds(2));
                }
                case INSTALLATION -> {
                    startUntilItDies(machines.get(2));
                    simulation.runFor(Duration.ofSeconds(2));
                }
                case RESTART -> {
                    startUntilItDies(machines.get(1));
                    simulation.runFor(Duration.ofSeconds(2));
                }
            }
        }

        private void startUntilItDies(SimulatedNode machine) {
            try {
                start(machine);
            } catch (RuntimeException e) {
                if (machine.running()) {
                    throw e;
                }
            }
        }

        void prepare(Stage stage) {
            if (stage == Stage.INSTALLATION) {
                machines.get(2).kill();
                for (int i = 0; i < 5; i++) {
                    write(12);
                    simulation.runFor(Duration.ofSeconds(1));
                }
            } else if (stage == Stage.RESTART) {
                write(14);
                simulation.runFor(Duration.ofSeconds(2));
                machines.get(1).crash(CrashMode.MIXED);
            }
        }

        /** What the stage is about has happened in it. */
        void assertDone(Stage stage, SimulatedNode machine) {
            List<String> files = machine.storage().files().stream()
                    .map(path -> String.valueOf(path.getFileName()))
                    .toList();
            assertTrue(files.stream().anyMatch(name -> name.endsWith(".snap")), stage + ": a snapshot: " + files);
            assertTrue(!files.contains("0000000001.seg"), stage + ": a shorter log: " + files);
            if (stage == Stage.INSTALLATION || stage == Stage.RESTART) {
                assertTrue(decisions.restored() > 0, stage + ": the state was taken from a snapshot");
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

    @ParameterizedTest
    @EnumSource
    void whateverIsLeftIsAGoodState(Stage stage) {
        Life undisturbed = new Life();
        undisturbed.prepare(stage);
        SimulatedNode machine = undisturbed.machines.get(stage.victim);
        long before = machine.storage().operations();
        undisturbed.run(stage);
        long after = machine.storage().operations();
        undisturbed.assertDone(stage, machine);
        undisturbed.check(machine);
        assertTrue(after - before > 5, stage + " is only " + (after - before) + " operations");
        for (long operation = before + 1; operation <= after; operation++) {
            for (CrashMode mode : CrashMode.values()) {
                strike(stage, operation, mode);
            }
        }
    }

    private static void strike(Stage stage, long operation, CrashMode mode) {
        Life life = new Life();
        life.prepare(stage);
        SimulatedNode victim = life.machines.get(stage.victim);
        victim.storage().beforeOperation(operation, () -> victim.crash(mode));
        try {
            life.run(stage);
            life.check(victim);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(stage + ", crash before operation " + operation + ", " + mode, e);
        }
    }
}
