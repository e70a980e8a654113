package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A node that is killed at any moment of the cluster's formation is part of it after its restart. */
@Execution(ExecutionMode.CONCURRENT)
class FormationCrashTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private record Voter(SimulatedNode machine, HaCluster cluster) {
        static Voter start(SimulatedNode machine) {
            return new Voter(
                    machine,
                    HaCluster.builder("sim")
                            .node(Node.of(machine.id()).bind(machine.id() + ":7400"))
                            .with(LogReplication.inDirectory(Path.of("data"))
                                    .bootstrap(LIST)
                                    .segmentBytes(64 << 10))
                            .runtime(machine.runtime())
                            .executor(machine.callbacks())
                            .start());
        }
    }

    private final Simulation simulation = new Simulation(1);
    private final List<Voter> processes = new ArrayList<>();

    private FormationCrashTest startAll() {
        for (String id : new String[] {"node-1", "node-2", "node-3"}) {
            processes.add(Voter.start(simulation.node(id)));
        }
        return this;
    }

    private boolean ready() {
        return processes.stream().allMatch(process -> process.cluster().isReady());
    }

    /** Kills one after so many events and restarts it when the others have noticed. */
    private void killAndRestart(int victim, long events) {
        simulation.runUntil(() -> simulation.events() >= events, Duration.ofSeconds(30));
        SimulatedNode machine = processes.get(victim).machine();
        machine.kill();
        simulation.runFor(Duration.ofMillis(200));
        processes.set(victim, Voter.start(machine));
        assertTrue(
                simulation.runUntil(this::ready, Duration.ofSeconds(30)),
                machine.id() + " killed after " + events + " events: " + processes);
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void whoeverIsKilledAtAnyMomentOfTheFormationJoinsAfterItsRestart() {
        FormationCrashTest undisturbed = new FormationCrashTest().startAll();
        assertTrue(undisturbed.simulation.runUntil(undisturbed::ready, Duration.ofSeconds(30)));
        long all = undisturbed.simulation.events();
        for (long events = 0; events < all; events++) {
            for (int victim = 0; victim < LIST.length; victim++) {
                new FormationCrashTest().startAll().killAndRestart(victim, events);
            }
        }
    }
}
