package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Values with a time to live in a whole cluster. */
class ExpiryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ScriptedCluster cluster = new ScriptedCluster();

    private static ReplicatedMap<String, String> map(HaCluster process) {
        return ReplicatedMap.in(process, "sessions", Codec.string(), Codec.string());
    }

    private <T> T done(CompletableFuture<T> future) {
        assertTrue(cluster.simulation.runUntil(future::isDone, PATIENCE));
        return future.join();
    }

    private void put(HaCluster from, String key, Duration timeToLive) {
        done(map(from).putAsync(key, "value", timeToLive));
    }

    /** What each node has by itself. */
    private long sizeAt(String node) {
        return done(map(cluster.processes.get(node)).reading(ReadLevel.local()).sizeAsync());
    }

    private void awaitAllHave(long size) {
        for (int i = 0; i < 600 && !allHave(size); i++) {
            cluster.simulation.runFor(Duration.ofMillis(100));
        }
        assertTrue(allHave(size));
    }

    private boolean allHave(long size) {
        return cluster.processes.keySet().stream().allMatch(node -> sizeAt(node) == size);
    }

    private long lastIndex() {
        return cluster.processes
                .get(cluster.master().id())
                .feature(LogAccess.class)
                .status()
                .lastIndex();
    }

    private long millis() {
        return cluster.simulation.nowNanos() / 1_000_000;
    }

    @Test
    void anIdleClusterForgetsWhatIsDueAndThenWritesNothing() {
        HaCluster node = cluster.processes.get("node-2");
        cluster.simulation.runFor(Duration.ofSeconds(2));
        long began = millis();
        put(node, "soon", Duration.ofSeconds(5));
        put(node, "later", Duration.ofSeconds(30));
        cluster.simulation.runFor(Duration.ofSeconds(1));
        long before = lastIndex();
        awaitAllHave(1);
        long took = millis() - began;
        assertTrue(took >= 5_000 && took < 6_500, "it was there for " + took + " ms");
        cluster.simulation.runFor(Duration.ofSeconds(10));
        assertEquals(before + 1, lastIndex(), "one entry, and only when something was due");
        assertTrue(allHave(1));
        awaitAllHave(0);
        took = millis() - began;
        assertTrue(took >= 30_000 && took < 31_500, "it was there for " + took + " ms");
        cluster.simulation.runFor(Duration.ofMinutes(1));
        assertEquals(before + 2, lastIndex());
    }

    /** While there is no master, no time passes. */
    @Test
    void aFailoverTakesNothingFromATimeToLive() {
        HaCluster node = cluster.processes.get("node-2");
        long began = millis();
        put(node, "a", Duration.ofSeconds(10));
        SimulatedNode master = cluster.master();
        SimulatedNode other = cluster.machines.stream()
                .filter(machine -> !machine.equals(master))
                .findFirst()
                .orElseThrow();
        cluster.simulation.runFor(Duration.ofSeconds(3));
        master.kill();
        other.kill();
        cluster.simulation.runFor(Duration.ofSeconds(20));
        cluster.start(master);
        cluster.start(other);
        cluster.await("a majority is back");
        assertTrue(allHave(1), "of ten seconds three have passed, and a little");
        awaitAllHave(0);
        long took = millis() - began;
        assertTrue(took >= 30_000 && took < 34_000, "it was there for " + took + " ms");
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void deadlinesAreStillThereAfterARestartFromASnapshot() {
        put(cluster.processes.get("node-1"), "a", Duration.ofSeconds(40));
        cluster.write(40);
        cluster.simulation.runFor(Duration.ofSeconds(5));
        SimulatedNode victim = cluster.machines.get(2);
        victim.kill();
        cluster.start(victim);
        cluster.await("it is back");
        assertTrue(cluster.decisions.restored() > 0, "from a snapshot");
        assertEquals(1, sizeAt(victim.id()));
        awaitAllHave(0);
        assertEquals(List.of(), cluster.simulation.failures());
    }
}
