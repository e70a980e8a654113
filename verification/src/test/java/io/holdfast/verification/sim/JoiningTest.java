package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.Voters;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who joins may be told of voters that are gone: nodes 5 to 7 have taken the places of 1 to 3, and node-4 has not heard of it. */
@Timeout(600)
class JoiningTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String[] FIRST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(5);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();

    private HaCluster start(String id, String... seeds) {
        SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
        LogReplication log = LogReplication.inDirectory(Path.of("data")).segmentBytes(1 << 20);
        HaCluster process = HaCluster.builder("shop")
                .node(Node.of(id).bind(id + ":7400"))
                .with(seeds.length == 0 ? log.bootstrap(FIRST) : log.join(seeds))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
        processes.put(id, process);
        return process;
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(simulation.runUntil(condition, PATIENCE), () -> what + ": " + simulation.failures() + describe());
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        processes.forEach((id, node) -> text.append("\n  ")
                .append(id)
                .append(machines.get(id).running() ? " " : " (down) ")
                .append(node.feature(LogAccess.class).status())
                .append(node.isReady() ? "" : " not ready: " + node.whyNotReady()));
        return text.toString();
    }

    private void allAreReady() {
        await("all are ready", () -> processes.values().stream().allMatch(HaCluster::isReady));
    }

    private void done(CompletableFuture<?> change) {
        await("it is done", change::isDone);
        change.join();
    }

    private void othersTakeOver() {
        for (int i = 1; i <= 3; i++) {
            start("node-" + i);
        }
        allAreReady();
        start("node-4", "node-1:7400");
        allAreReady();
        machines.get("node-4").kill();
        for (int i = 5; i <= 7; i++) {
            start("node-" + i, "node-1:7400");
        }
        await("three more join", () -> List.of("node-5", "node-6", "node-7").stream()
                .allMatch(id -> processes.get(id).isReady()));
        Voters voters = LogReplication.voters(processes.get("node-5"));
        done(voters.removeVoter("node-4"));
        for (int i = 1; i <= 3; i++) {
            done(voters.replaceVoter("node-" + i, "node-" + (i + 4)));
        }
        for (int i = 1; i <= 3; i++) {
            machines.get("node-" + i).kill();
        }
    }

    private void isLearner(String id) {
        await(id + " is a learner", () -> processes.get(id).isReady());
        assertEquals(
                ReplicaRole.LEARNER,
                processes.get(id).feature(LogAccess.class).status().role());
    }

    @Test
    void whoWasRemovedWhileAwayAsksTheSeedsAgain() {
        othersTakeOver();
        start("node-4", "node-1:7400", "node-6:7400");
        isLearner("node-4");
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void aSeedThatKnowsTheDeadAloneIsNotTheLastWord() {
        othersTakeOver();
        start("node-4", "node-1:7400");
        machines.get("node-5").kill();
        HaCluster eighth = start("node-8", "node-4:7400", "node-5:7400");
        await("node-4 has told it of the cluster", () -> !eighth.whyNotReady().contains("has told it yet"));
        simulation.runFor(Duration.ofSeconds(30));
        assertFalse(eighth.isReady());
        start("node-5", "node-1:7400");
        isLearner("node-8");
        assertEquals(List.of(), simulation.failures());
    }

    /** Nor does a restart forget the seeds while nobody has taken it in. */
    @Test
    void whoWasToldOfTheDeadAloneAsksTheSeedsAfterARestart() {
        othersTakeOver();
        start("node-4", "node-1:7400");
        HaCluster eighth = start("node-8", "node-4:7400");
        await("node-4 has told it of the cluster", () -> !eighth.whyNotReady().contains("has told it yet"));
        simulation.runFor(Duration.ofSeconds(5));
        machines.get("node-8").kill();
        start("node-8", "node-4:7400", "node-7:7400");
        isLearner("node-8");
        assertEquals(List.of(), simulation.failures());
    }
}
