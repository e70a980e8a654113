package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A cluster changes its shape while somebody writes: three voters, two more are added, two learners join, and two voters die for
 * good at once, the master among them. The autopilot gives their votes to the learners, and the map stands still for one failover.
 */
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT)
class ShapeUnderLoadTest {
    /** Nobody dies: a change of who votes costs a write nothing but the change's own entries. */
    private static final Duration NO_FAILOVER = Duration.ofMillis(500);

    /** Silence for an election time-out, an election, and a client that finds the new master. */
    private static final Duration FAILOVER = Duration.ofSeconds(4);

    private static final class Run extends WholeNodesFixture {
        private final Set<Integer> sizes = new TreeSet<>();
        private final List<String> shapes = new ArrayList<>();

        Run(long seed) {
            super(seed);
        }

        private void watch() {
            List<String> now = voters();
            if (!now.isEmpty()) {
                sizes.add(now.size());
                if (shapes.isEmpty() || !shapes.get(shapes.size() - 1).equals(now.toString())) {
                    shapes.add(now.toString());
                }
            }
            simulation.at(Duration.ofMillis(10), this::watch);
        }

        private void add(String id) {
            CompletableFuture<?> added =
                    LogReplication.voters(processes.get(master())).addVoter(id);
            await(id + " gets a vote", added::isDone);
            added.join();
        }

        private void allReady() {
            await("all are ready", () -> processes.keySet().stream()
                    .filter(id -> machines.get(id).running())
                    .allMatch(id -> processes.get(id).isReady()));
        }

        private void stoodStillFor(Load load, Duration limit, String meanwhile) {
            assertTrue(
                    load.longestNanos < limit.toNanos(),
                    "the map stood still for " + load.longestNanos / 1_000_000 + " ms while " + meanwhile);
            load.longestNanos = 0;
        }

        void all(boolean withPower) {
            start(1, 3);
            allReady();
            HaCluster client = client();
            Load load = new Load(client);
            await("it writes", () -> load.answered > 10);
            load.longestNanos = 0;
            start(4, 7);
            allReady();
            add("node-4");
            add("node-5");
            simulation.runFor(Duration.ofSeconds(40));
            assertEquals(List.of("node-1", "node-2", "node-3", "node-4", "node-5"), voters());
            stoodStillFor(load, NO_FAILOVER, "voters were added");

            watch();
            String first = master();
            String second = voters().stream()
                    .filter(id -> !id.equals(first))
                    .skip(simulation.random().nextInt(4))
                    .findFirst()
                    .orElseThrow();
            for (String dead : List.of(first, second)) {
                SimulatedNode machine = machines.get(dead);
                if (withPower) {
                    machine.crash(CrashMode.ALL_LOST);
                } else {
                    machine.kill();
                }
            }
            await(
                    "both are replaced",
                    () -> voters().containsAll(List.of("node-6", "node-7"))
                            && !voters().contains(first)
                            && !voters().contains(second));
            int before = load.answered;
            await("it goes on", () -> load.answered > before + 100);
            stoodStillFor(load, FAILOVER, "two voters died and were replaced");
            assertEquals(Set.of(5), sizes, "at no time are there fewer voters");
            assertEquals(3, shapes.size(), "one after the other: " + shapes);
            assertEquals(2, told().size(), told().toString());

            String third = voters().stream()
                    .filter(id -> !id.equals(master()))
                    .findFirst()
                    .orElseThrow();
            machines.get(third).kill();
            simulation.runFor(Duration.ofMinutes(2));
            assertTrue(voters().contains(third), "there is no learner that could take its place");
            assertTrue(explain().contains("there is no learner that is alive and has the log"), explain());
            stoodStillFor(load, FAILOVER, "a third one died");
            assertEquals(List.of(), simulation.failures());
        }
    }

    @Test
    void twoOfFiveVotersAreKilledForGood() {
        for (long seed = 31; seed <= 32; seed++) {
            new Run(seed).all(false);
        }
    }

    @Test
    void twoOfFiveVotersLoseTheirPowerForGood() {
        for (long seed = 33; seed <= 34; seed++) {
            new Run(seed).all(true);
        }
    }
}
