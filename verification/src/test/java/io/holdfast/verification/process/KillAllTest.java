package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of all three nodes under load, then a restart: nothing acknowledged is lost, doubled or reordered. Once
 * with files as they are, once with storage that loses with the process what a power loss would lose. Two rounds;
 * {@code -Dholdfast.rounds=20} for more.
 */
class KillAllTest {
    private static final int ROUNDS = Integer.getInteger("holdfast.rounds", 2);

    @ParameterizedTest
    @ValueSource(strings = {"file", "heap", "unforced"})
    void nothingAcknowledgedIsLost(String storage, @TempDir Path directory) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "fast", storage)) {
            cluster.startAll();
            try (HaCluster client = cluster.client("feeder")) {
                ReplicatedLog log = ReplicatedLog.in(client);
                client.awaitReady(Waiting.PATIENCE);
                Feeder feeder = new Feeder(log);
                feeder.start();
                for (int round = 0; round < ROUNDS; round++) {
                    await(feeder, feeder.acknowledged() + 2_000);
                    for (NodeProcess node : cluster.processes()) {
                        node.signal("KILL");
                    }
                    long acknowledged = feeder.highestAcknowledged();
                    cluster.startAll();
                    Sequence.Account account = Sequence.Account.decode(log.query(new byte[0]));
                    assertTrue(
                            account.last() >= acknowledged,
                            acknowledged + " was acknowledged, the nodes have " + account);
                    assertEquals(0, account.disorders(), account.toString());
                }
                await(feeder, feeder.acknowledged() + 500);
                feeder.close();
                assertEquals(List.of(), feeder.problems());
                Sequence.Account account = Sequence.Account.decode(log.query(new byte[0]));
                assertTrue(account.missing() <= feeder.uncertain(), account + ", unknown: " + feeder.uncertain());
                assertTrue(account.last() >= feeder.highestAcknowledged());
                assertEquals(0, account.disorders());
            }
        }
    }

    private static void await(Feeder feeder, long acknowledged) {
        long end = System.nanoTime() + Waiting.PATIENCE.toNanos();
        while (feeder.acknowledged() < acknowledged) {
            assertTrue(System.nanoTime() < end, "no progress within " + Waiting.PATIENCE + ": " + feeder.problems());
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
