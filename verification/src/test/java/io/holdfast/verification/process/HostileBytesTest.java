package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.verification.process.HostileClient.Attack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Garbage at every port of a working cluster does no more than close its own connection: writes go on, no term passes, no
 * memory stays taken, the log of complaints stays small. Four seconds; {@code -Dholdfast.hostile.seconds=60} for more.
 */
class HostileBytesTest {
    private static final int SECONDS = Integer.getInteger("holdfast.hostile.seconds", 4);
    private static final int THREADS = 3;

    /** Each closed connection lingers in the kernel, which has some 28,000 ports for them. */
    private static final int MAX_CONNECTIONS = 1_500 * SECONDS;

    /** So many are tried, also where each takes long. */
    private static final int MIN_CONNECTIONS = 100;

    private static final long MAX_LOG_BYTES = 1L << 20;

    private static final long HEAP_SLACK_BYTES = 24L << 20;
    /** The log keeps up to 64 MiB of recent batches, which the load fills meanwhile, and the pool takes whole chunks. */
    private static final long DIRECT_SLACK_BYTES = 160L << 20;

    private final AtomicLong connections = new AtomicLong();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();

    @Test
    void garbageClosesItsConnectionAndNothingElse(@TempDir Path directory) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "patient", "file")) {
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("feeder");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(Waiting.PATIENCE);
                feeder.start();
                awaitMore(feeder, 3_000);
                attack(cluster.addresses(), 1); // fills the pools and loads the classes that refuse
                long term = cluster.master().status().term();
                Map<String, NodeProcess.Memory> before = memory(cluster);

                attack(cluster.addresses(), SECONDS);

                awaitMore(feeder, 1_000);
                assertEquals(List.of(), List.copyOf(problems));
                assertTrue(
                        connections.get() >= MIN_CONNECTIONS, "only " + connections.get() + " connections were tried");
                for (NodeProcess node : cluster.processes()) {
                    assertEquals(term, node.status().term(), node.id() + " has seen another term");
                    assertEquals("ready", node.status().state(), node.id());
                }
                assertFlat(before, memory(cluster));
                for (NodeProcess node : cluster.processes()) {
                    long logged = Files.size(directory.resolve(node.id() + ".log"));
                    assertTrue(logged < MAX_LOG_BYTES, node.id() + " has logged " + logged + " bytes of complaints");
                }
                feeder.finish();
                assertEquals(List.of(), feeder.problems());
                assertEquals(0, feeder.uncertain(), "outcomes became unknown, though no master went");
            }
        }
    }

    private void attack(List<String> addresses, int seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long seed = i;
            Thread thread = new Thread(() -> attackUntil(end, new HostileClient(seed), addresses), "hostile-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join(seconds * 1_000L + 2 * Waiting.PATIENCE.toMillis());
            assertTrue(!thread.isAlive(), thread.getName() + " hangs");
        }
    }

    private void attackUntil(long endNanos, HostileClient client, List<String> addresses) {
        int round = 0;
        long last = endNanos + Waiting.PATIENCE.toNanos();
        while ((System.nanoTime() < endNanos || (connections.get() < MIN_CONNECTIONS && System.nanoTime() < last))
                && connections.get() < MAX_CONNECTIONS
                && problems.size() < 10) {
            for (Attack attack : Attack.values()) {
                String[] address = addresses.get(round++ % addresses.size()).split(":");
                connections.incrementAndGet();
                LockSupport.parkNanos(500_000L); // so that the count lasts for the time
                try {
                    String problem = client.run(attack, address[0], Integer.parseInt(address[1]));
                    if (!problem.isEmpty()) {
                        problems.add(problem);
                    }
                } catch (IOException e) {
                    problems.add(address[1] + " could not be reached for " + attack + ": " + e);
                }
            }
        }
    }

    private static Map<String, NodeProcess.Memory> memory(ProcessCluster cluster) throws IOException {
        Map<String, NodeProcess.Memory> memory = new LinkedHashMap<>();
        for (NodeProcess node : cluster.processes()) {
            memory.put(node.id(), node.memory());
        }
        return memory;
    }

    private void assertFlat(Map<String, NodeProcess.Memory> before, Map<String, NodeProcess.Memory> after) {
        String all = "memory before " + before + ", after " + after + " and " + connections + " connections";
        System.out.println(all);
        before.forEach((id, then) -> {
            assertTrue(after.get(id).heap() - then.heap() < HEAP_SLACK_BYTES, id + ": " + all);
            assertTrue(after.get(id).direct() - then.direct() < DIRECT_SLACK_BYTES, id + ": " + all);
        });
    }

    private static void awaitMore(Feeder feeder, long answers) {
        long wanted = feeder.acknowledged() + answers;
        long end = System.nanoTime() + Waiting.PATIENCE.toNanos();
        while (feeder.acknowledged() < wanted) {
            assertTrue(System.nanoTime() < end, "no progress within " + Waiting.PATIENCE + ": " + feeder.problems());
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
