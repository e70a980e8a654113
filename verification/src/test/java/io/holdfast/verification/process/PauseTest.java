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
    /** The shortest election time-out is a second, from a heartbeat that is up to 100 ms old. */
    private static final Duration LONGEST = Duration.ofMillis(800);

    private static final int MOST_PAUSES = 20;

    @Test
    void aPauseShorterThanTheTimeoutCostsNoElection(@TempDir Path directory) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "default", "file")) {
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("feeder");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(Waiting.PATIENCE);
                feeder.start();
                awaitMore(feeder, 1_000);
                List<Process> load = loadAllCores();
                try {
                    awaitMore(feeder, 200);
                    costsNoElection(cluster, feeder, false);
                    costsNoElection(cluster, feeder, true);
                    assertTrue(load.stream().allMatch(Process::isAlive), "the load ended before the test did");
                } finally {
                    end(load);
                }
                feeder.finish();
                assertEquals(List.of(), feeder.problems());
            }
        }
    }

    /** A pause that this machine made longer, as its signals came late, says nothing, and is tried again. */
    private static void costsNoElection(ProcessCluster cluster, Feeder feeder, boolean ofMaster) throws IOException {
        List<Duration> tooLong = new ArrayList<>();
        while (tooLong.size() < MOST_PAUSES) {
            cluster.awaitReady();
            NodeProcess master = cluster.master();
            NodeProcess paused = ofMaster
                    ? master
                    : cluster.processes().stream()
                            .filter(node -> !node.id().equals(master.id()))
                            .findFirst()
                            .orElseThrow();
            long term = master.status().term();
            long uncertain = feeder.uncertain();
            Duration took = pause(paused);
            awaitMore(feeder, 200);
            if (took.compareTo(LONGEST) <= 0) {
                assertTerm(cluster, term, "a pause of " + paused.id() + ", and the master is " + master.id());
                assertEquals(uncertain, feeder.uncertain(), "outcomes became unknown, though no master went");
                return;
            }
            tooLong.add(took);
        }
        throw new IOException("this machine is too slow: its pauses of " + PAUSE + " took " + tooLong);
    }

    /** The load ends by itself even if this JVM dies. */
    private static List<Process> loadAllCores() throws IOException {
        List<Process> load = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            load.add(new ProcessBuilder("timeout", "300", "sh", "-c", "while :; do :; done")
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
            assertTrue(process.waitFor(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS), "the load does not end");
        }
    }

    /** Here time itself is what is tested. Returns for how long it stood still at most. */
    private static Duration pause(NodeProcess node) throws IOException {
        long begin = System.nanoTime();
        node.signal("STOP");
        Waiting.until(System.nanoTime() + PAUSE.toNanos());
        node.signal("CONT");
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void assertTerm(ProcessCluster cluster, long term, String after) throws IOException {
        for (NodeProcess node : cluster.processes()) {
            assertEquals(term, node.status().term(), node.id() + " is in another term after " + after);
        }
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
