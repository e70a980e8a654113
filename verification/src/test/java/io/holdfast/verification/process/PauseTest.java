package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the default settings a node that stands still for 700 ms, as in a long collection, and all cores busy with other
 * work, cost no election: the term stays, and nothing fails.
 */
class PauseTest {
    private static final Duration PAUSE = Duration.ofMillis(700);

    @Test
    void aPauseShorterThanTheTimeoutCostsNoElection(@TempDir Path directory) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "default", "file")) {
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("feeder");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(Duration.ofSeconds(30));
                feeder.start();
                awaitMore(feeder, 1_000);
                NodeProcess master = cluster.master();
                NodeProcess slave = cluster.processes().stream()
                        .filter(node -> !node.id().equals(master.id()))
                        .findFirst()
                        .orElseThrow();
                long term = master.status().term();
                List<Process> load = loadAllCores();
                try {
                    awaitMore(feeder, 200);
                    pause(slave);
                    awaitMore(feeder, 200);
                    assertTerm(cluster, term, "a slave's pause");
                    pause(master);
                    awaitMore(feeder, 200);
                    assertTerm(cluster, term, "the master's pause");
                    assertTrue(load.stream().allMatch(Process::isAlive), "the load ended before the test did");
                } finally {
                    end(load);
                }
                feeder.finish();
                assertEquals(List.of(), feeder.problems());
                assertEquals(0, feeder.uncertain(), "outcomes became unknown, though no master went");
            }
        }
    }

    /** The load ends by itself even if this JVM dies. */
    private static List<Process> loadAllCores() throws IOException {
        List<Process> load = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            load.add(new ProcessBuilder("timeout", "20", "sh", "-c", "while :; do :; done")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        return load;
    }

    private static void end(List<Process> load) throws InterruptedException {
        for (Process process : load) {
            process.destroy(); // timeout passes SIGTERM on to its shell
        }
        for (Process process : load) {
            assertTrue(process.waitFor(25, TimeUnit.SECONDS), "the load does not end");
        }
    }

    /** Here time itself is what is tested; the end is kept to, however often the park returns early. */
    private static void pause(NodeProcess node) throws IOException {
        node.signal("STOP");
        long end = System.nanoTime() + PAUSE.toNanos();
        for (long left = PAUSE.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        node.signal("CONT");
    }

    private static void assertTerm(ProcessCluster cluster, long term, String after) throws IOException {
        for (NodeProcess node : cluster.processes()) {
            assertEquals(term, node.status().term(), node.id() + " is in another term after " + after);
        }
    }

    private static void awaitMore(Feeder feeder, long answers) {
        long wanted = feeder.acknowledged() + answers;
        long end = System.nanoTime() + 60_000_000_000L;
        while (feeder.acknowledged() < wanted) {
            assertTrue(System.nanoTime() < end, "no progress within a minute: " + feeder.problems());
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
