package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A client whom nobody told of the new master, on connections that stand, asks for it. */
class LostAnnouncementTest {
    private final Simulation simulation = new Simulation(1);
    private final SimulatedCluster cluster = new SimulatedCluster(simulation, 3);

    private static CompletableFuture<byte[]> write(HaCluster client, String command) {
        return client.feature(LogAccess.class)
                .commands()
                .writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 60_000_000_000L);
    }

    private SimulatedNode master() {
        return cluster.machines().stream()
                .filter(m -> m.running() && cluster.status(m.id()).role() == ReplicaRole.MASTER)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aClientThatMissedTheAnnouncementOfTheMasterAsksForIt() {
        cluster.adversary().end();
        simulation.network().connectionsSurviveLoss(1);
        cluster.startAll();
        HaCluster client = cluster.client("client");
        CompletableFuture<byte[]> first = write(client, "first");
        assertTrue(simulation.runUntil(first::isDone, Duration.ofSeconds(30)), cluster::describe);

        SimulatedNode old = master();
        cluster.machines().forEach(machine -> simulation.network().cut(machine.id(), "client"));
        old.kill();
        assertTrue(
                simulation.runUntil(
                        () -> cluster.machines().stream()
                                .anyMatch(m ->
                                        m.running() && cluster.status(m.id()).role() == ReplicaRole.MASTER),
                        Duration.ofSeconds(30)),
                cluster::describe);
        simulation.runFor(Duration.ofMillis(100));
        cluster.machines().forEach(machine -> simulation.network().mend(machine.id(), "client"));

        CompletableFuture<byte[]> second = write(client, "second");
        assertTrue(simulation.runUntil(second::isDone, Duration.ofSeconds(10)), cluster::describe);
        assertFalse(second.isCompletedExceptionally());
        assertEquals(List.of(), simulation.failures());
    }
}
