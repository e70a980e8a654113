package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.Acknowledgement;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
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
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A write that returns when the master's disk has it, and what becomes of it. */
class MasterAcknowledgementTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(3);
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final List<SimulatedNode> machines = new ArrayList<>();

    MasterAcknowledgementTest() {
        for (int i = 1; i <= LIST.length; i++) {
            machines.add(simulation.node("node-" + i));
        }
        machines.forEach(this::start);
        assertTrue(simulation.runUntil(
                () -> processes.values().stream().allMatch(HaCluster::isReady), Duration.ofSeconds(30)));
    }

    private void start(SimulatedNode machine) {
        processes.put(
                machine.id(),
                HaCluster.builder("sim")
                        .node(Node.of(machine.id()).bind(machine.id() + ":7400"))
                        .with(LogReplication.inDirectory(Path.of("data")).bootstrap(LIST))
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    private ReplicatedMap<String, String> client(String id) {
        SimulatedNode elsewhere = simulation.node(id);
        HaCluster client = HaCluster.builder("sim")
                .node(Node.client(id))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400"))
                .runtime(elsewhere.runtime())
                .executor(elsewhere.callbacks())
                .start();
        assertTrue(simulation.runUntil(client::isReady, Duration.ofSeconds(30)));
        return ReplicatedMap.in(client, "map", Codec.string(), Codec.string());
    }

    private SimulatedNode master() {
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

    /** The slaves get nothing, and so acknowledge nothing. */
    private SimulatedNode cutTheMasterOff() {
        SimulatedNode master = master();
        for (SimulatedNode other : machines) {
            if (!other.equals(master)) {
                simulation.network().cut(master.id(), other.id());
            }
        }
        return master;
    }

    private void mend() {
        for (SimulatedNode one : machines) {
            machines.stream()
                    .filter(other -> !other.equals(one))
                    .forEach(other -> simulation.network().mend(one.id(), other.id()));
        }
    }

    private @Nullable String get(ReplicatedMap<String, String> map, String key) {
        CompletableFuture<@Nullable String> read = map.getAsync(key);
        assertTrue(simulation.runUntil(read::isDone, Duration.ofSeconds(30)));
        return read.join();
    }

    @Test
    void itReturnsBeforeTheOthersHaveIt() {
        ReplicatedMap<String, String> map = client("client");
        cutTheMasterOff();
        CompletableFuture<?> soon = map.acknowledged(Acknowledgement.MASTER).putAsync("soon", "1");
        CompletableFuture<?> safe = map.putAsync("safe", "2");
        assertTrue(simulation.runUntil(soon::isDone, Duration.ofMillis(400)), "it waits for nobody");
        assertFalse(soon.isCompletedExceptionally());
        assertFalse(safe.isDone());
        mend();
        assertTrue(simulation.runUntil(safe::isDone, Duration.ofSeconds(30)));
        assertEquals("1", get(map, "soon"));
        assertEquals("2", get(map, "safe"));
    }

    @Test
    void theProcessThatWroteItSendsItToTheNextMaster() {
        ReplicatedMap<String, String> map = client("client");
        SimulatedNode master = cutTheMasterOff();
        CompletableFuture<?> soon = map.acknowledged(Acknowledgement.MASTER).putAsync("soon", "1");
        assertTrue(simulation.runUntil(soon::isDone, Duration.ofMillis(400)));
        master.crash(CrashMode.ALL_KEPT);
        simulation.runFor(Duration.ofSeconds(10));
        assertEquals("1", get(map, "soon"), "another master has it");
    }

    @Test
    void withTheMasterAndTheWriterItIsLostAndNothingElse() {
        ReplicatedMap<String, String> map = client("client");
        ReplicatedMap<String, String> other = client("other");
        CompletableFuture<?> before = other.putAsync("before", "0");
        assertTrue(simulation.runUntil(before::isDone, Duration.ofSeconds(30)));
        SimulatedNode master = cutTheMasterOff();
        CompletableFuture<?> soon = map.acknowledged(Acknowledgement.MASTER).putAsync("soon", "1");
        assertTrue(simulation.runUntil(soon::isDone, Duration.ofMillis(400)));
        simulation.node("client").kill();
        master.crash(CrashMode.ALL_KEPT);
        simulation.runFor(Duration.ofSeconds(10));
        mend();
        start(master);
        simulation.runFor(Duration.ofSeconds(10));
        assertEquals("0", get(other, "before"));
        assertEquals(null, get(other, "soon"), "this level allows it");
        assertEquals(List.of(), simulation.failures());
    }

    /** Also where it has been applied before the master's own disk has it. */
    @Test
    void itNeverHasAResult() {
        SimulatedNode machine = simulation.node("alone");
        HaCluster alone = HaCluster.singleNode()
                .with(LogReplication.inDirectory(Path.of("data"))
                        .stateMachine(new AppliedLog("alone", new Decisions())))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
        assertTrue(simulation.runUntil(alone::isReady, Duration.ofSeconds(30)));
        ReplicatedLog log = ReplicatedLog.in(alone);
        for (int i = 0; i < 50; i++) {
            CompletableFuture<byte[]> write =
                    log.acknowledged(Acknowledgement.MASTER).submitAsync(("a" + i).getBytes(StandardCharsets.UTF_8));
            assertTrue(simulation.runUntil(write::isDone, Duration.ofSeconds(30)));
            assertEquals(0, write.join().length);
        }
        CompletableFuture<byte[]> write = log.acknowledged(Acknowledgement.MASTER)
                .acknowledged(Acknowledgement.QUORUM)
                .submitAsync(new byte[] {'b'});
        assertTrue(simulation.runUntil(write::isDone, Duration.ofSeconds(30)));
        assertEquals("51", new String(write.join(), StandardCharsets.UTF_8));
    }

    @Test
    void whatHasAResultIsRefused() {
        ReplicatedMap<String, String> map = client("client").acknowledged(Acknowledgement.MASTER);
        assertThrows(UnsupportedOperationException.class, () -> map.getAndPutAsync("k", "v"));
        assertThrows(UnsupportedOperationException.class, () -> map.removeAsync("k"));
    }
}
