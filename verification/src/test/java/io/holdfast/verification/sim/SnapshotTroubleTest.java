package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Snapshots that are not what they should be. */
class SnapshotTroubleTest {

    private static boolean hasSnapshot(SimulatedNode machine) {
        return machine.storage().files().stream()
                .anyMatch(path -> path.toString().endsWith(".snap"));
    }

    /** A slave would fetch all of it, again and again, to find out that it is damaged. */
    @Test
    void aMasterWhoseSnapshotIsDamagedTakesAnotherOne() {
        ScriptedCluster cluster = new ScriptedCluster();
        SimulatedNode away = cluster.machines.get(2);
        away.kill();
        for (int i = 0; i < 5; i++) {
            cluster.write(12);
            cluster.simulation.runFor(Duration.ofSeconds(1));
        }
        SimulatedNode master = cluster.master();
        Path snapshot = master.storage().files().stream()
                .filter(path -> path.toString().endsWith(".snap"))
                .findFirst()
                .orElseThrow();
        master.storage().flipBit(snapshot, 20_000, 3);
        cluster.start(away);
        cluster.check(away);
        assertTrue(cluster.decisions.restored() > 0, "it was sent a snapshot");
        assertFalse(master.storage().files().contains(snapshot), "another one");
    }

    /** What a machine forgets to hand over must not count as its state. */
    @Test
    void aMachineThatGivesNoSnapshotKeepsItsLog() {
        Simulation simulation = new Simulation(2);
        SimulatedNode machine = simulation.node("node-1");
        for (int life = 1; life <= 2; life++) {
            HaCluster cluster = HaCluster.singleNode()
                    .with(LogReplication.inDirectory(Path.of("data"))
                            .segmentBytes(64 << 10)
                            .snapshots(64 << 10, Duration.ofHours(1))
                            .stateMachine(new Forgetful()))
                    .runtime(machine.runtime())
                    .executor(machine.callbacks())
                    .start();
            assertTrue(simulation.runUntil(cluster::isReady, Duration.ofSeconds(30)));
            ReplicatedLog log = ReplicatedLog.in(cluster);
            for (int i = 1; i <= 40; i++) {
                CompletableFuture<byte[]> write = log.submitAsync(new byte[9_000]);
                assertTrue(simulation.runUntil(write::isDone, Duration.ofSeconds(30)));
                assertEquals(Integer.toString((life - 1) * 40 + i), new String(write.join(), StandardCharsets.UTF_8));
            }
            simulation.runFor(Duration.ofSeconds(3));
            assertFalse(hasSnapshot(machine));
            machine.kill();
        }
    }

    private static final class Forgetful implements StateMachine {
        private int count;

        @Override
        public byte[] apply(Entry entry) {
            return Integer.toString(++count).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] query(ByteBuffer request) {
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            return null;
        }
    }
}
