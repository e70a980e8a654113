package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node whose state becomes another one than that of the others, as failing memory makes it, or a machine that looks at its clock. */
class DivergenceTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};
    private static final int COMMANDS = 2_500;

    /** Counts, and is one too high from some number on. */
    private static final class Counter implements StateMachine {
        private final long wrongFrom;
        private long count;

        Counter(long wrongFrom) {
            this.wrongFrom = wrongFrom;
        }

        @Override
        public byte[] apply(Entry entry) {
            count++;
            return query(ByteBuffer.allocate(0));
        }

        @Override
        public byte[] query(ByteBuffer request) {
            return ByteBuffer.allocate(Long.BYTES)
                    .putLong(count < wrongFrom ? count : count + 1)
                    .array();
        }
    }

    private final Simulation simulation = new Simulation(4);
    private final List<HaCluster> processes = new ArrayList<>();
    private final List<HaEvent> events = new ArrayList<>();
    private int answered;

    private void run(long... wrongFrom) {
        for (int i = 0; i < LIST.length; i++) {
            SimulatedNode machine = simulation.node("node-" + (i + 1));
            processes.add(HaCluster.builder("sim")
                    .node(Node.of(machine.id()).bind(machine.id() + ":7400"))
                    .with(LogReplication.inDirectory(Path.of("data"))
                            .bootstrap(LIST)
                            .stateMachine(new Counter(wrongFrom[i])))
                    .listener(events::add)
                    .runtime(machine.runtime())
                    .executor(machine.callbacks())
                    .start());
        }
        assertTrue(simulation.runUntil(() -> processes.stream().allMatch(HaCluster::isReady), Duration.ofSeconds(30)));
        write(0, COMMANDS);
        simulation.runUntil(() -> answered == COMMANDS, Duration.ofSeconds(60));
        simulation.runFor(Duration.ofSeconds(2));
    }

    private void write(int process, int count) {
        Commands commands = processes.get(process).feature(LogAccess.class).commands();
        for (int i = 0; i < count; i++) {
            var unused = commands.writeAsync(Commands.USER, new byte[8], 30_000_000_000L)
                    .whenComplete((answer, problem) -> answered++);
        }
    }

    private String failure(int process) {
        return processes.get(process).failure().map(Throwable::toString).orElse("");
    }

    @Test
    void whereAllAgreeNothingHappens() {
        run(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        for (int i = 0; i < LIST.length; i++) {
            assertEquals("", failure(i));
        }
        assertEquals(COMMANDS, answered);
    }

    @Test
    void whoIsAloneWithItsStateStops() {
        run(Long.MAX_VALUE, 700, Long.MAX_VALUE);
        assertTrue(failure(1).contains("the state of node-2 after index"), failure(1));
        assertTrue(failure(1).contains("[node-1, node-3]"), failure(1));
        assertEquals("", failure(0));
        assertEquals("", failure(2));
        assertEquals(COMMANDS, answered);
        assertTrue(events.stream().anyMatch(e -> e.kind() == HaEvent.Kind.STATE_DIFFERS), events.toString());
        assertTrue(
                events.stream()
                        .anyMatch(
                                e -> e.kind() == HaEvent.Kind.FAILED && e.node().equals("node-2")),
                events.toString());
        write(2, 10);
        assertTrue(simulation.runUntil(() -> answered == COMMANDS + 10, Duration.ofSeconds(30)), "the others go on");
    }

    /** It may be the master: two slaves know better. */
    @Test
    void alsoIfItIsTheMaster() {
        run(1_500, Long.MAX_VALUE, Long.MAX_VALUE);
        assertTrue(failure(0).contains("the state of node-1 after index"), failure(0));
        assertEquals("", failure(1));
        assertEquals("", failure(2));
        answered = 0;
        write(1, 10);
        assertTrue(simulation.runUntil(() -> answered == 10, Duration.ofSeconds(30)), "the others go on");
    }
}
