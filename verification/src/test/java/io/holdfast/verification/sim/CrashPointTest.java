package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes at each operation of a node's disk in turn, with unforced writes lost, torn or kept: while it takes a
 * snapshot and shortens its log, while it fetches another's, and while it starts. Whatever is left is a good state: the node
 * comes back, and has everything.
 */
@Execution(ExecutionMode.CONCURRENT)
class CrashPointTest {
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

    private static void run(ScriptedCluster life, Stage stage) {
        switch (stage) {
            case SNAPSHOT_OF_THE_MASTER, SNAPSHOT_OF_A_SLAVE -> {
                life.write(12);
                life.simulation.runFor(Duration.ofSeconds(2));
            }
            case INSTALLATION -> {
                life.startUntilItDies(life.machines.get(2));
                life.simulation.runFor(Duration.ofSeconds(2));
            }
            case RESTART -> {
                life.startUntilItDies(life.machines.get(1));
                life.simulation.runFor(Duration.ofSeconds(2));
            }
        }
    }

    private static void prepare(ScriptedCluster life, Stage stage) {
        if (stage == Stage.INSTALLATION) {
            life.machines.get(2).kill();
            for (int i = 0; i < 5; i++) {
                life.write(12);
                life.simulation.runFor(Duration.ofSeconds(1));
            }
        } else if (stage == Stage.RESTART) {
            life.write(14);
            life.simulation.runFor(Duration.ofSeconds(2));
            life.machines.get(1).crash(CrashMode.MIXED);
        }
    }

    /** What the stage is about has happened in it. */
    private static void assertDone(ScriptedCluster life, Stage stage, SimulatedNode machine) {
        List<String> files = machine.storage().files().stream()
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
        assertTrue(files.stream().anyMatch(name -> name.endsWith(".snap")), stage + ": a snapshot: " + files);
        assertTrue(!files.contains("0000000001.seg"), stage + ": a shorter log: " + files);
        if (stage == Stage.INSTALLATION || stage == Stage.RESTART) {
            assertTrue(life.decisions.restored() > 0, stage + ": the state was taken from a snapshot");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whateverIsLeftIsAGoodState(Stage stage) {
        ScriptedCluster undisturbed = new ScriptedCluster();
        prepare(undisturbed, stage);
        SimulatedNode machine = undisturbed.machines.get(stage.victim);
        long before = machine.storage().operations();
        run(undisturbed, stage);
        long after = machine.storage().operations();
        assertDone(undisturbed, stage, machine);
        undisturbed.check(machine);
        assertTrue(after - before > 5, stage + " is only " + (after - before) + " operations");
        for (long operation = before + 1; operation <= after; operation++) {
            for (CrashMode mode : CrashMode.values()) {
                strike(stage, operation, mode);
            }
        }
    }

    private static void strike(Stage stage, long operation, CrashMode mode) {
        ScriptedCluster life = new ScriptedCluster();
        prepare(life, stage);
        SimulatedNode victim = life.machines.get(stage.victim);
        victim.storage().beforeOperation(operation, () -> victim.crash(mode));
        try {
            run(life, stage);
            life.check(victim);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(stage + ", crash before operation " + operation + ", " + mode, e);
        }
    }
}
