package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what a client sees when the master is killed or stopped: the longest time between two acknowledged writes.
 * {@code Failover [ROUNDS]}
 */
public final class Failover {
    private Failover() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        for (String profile : List.of("default", "fast")) {
            for (String signal : List.of("KILL", "STOP")) {
                List<Long> gaps = measure(profile, signal, rounds);
                Collections.sort(gaps);
                System.out.printf(
                        "%-7s SIG%-4s  median %4d ms, worst %4d ms, of %d: %s%n",
                        profile, signal, gaps.get(gaps.size() / 2), gaps.get(gaps.size() - 1), rounds, gaps);
            }
        }
    }

    private static List<Long> measure(String profile, String signal, int rounds) throws IOException {
        Path directory = Files.createTempDirectory("failover-");
        List<Long> gaps = new ArrayList<>();
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, profile, "file")) {
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("measure");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(Waiting.PATIENCE);
                feeder.start();
                for (int i = 0; i < rounds; i++) {
                    cluster.awaitReady();
                    awaitMore(feeder, 2_000);
                    feeder.takeLongestGapNanos();
                    NodeProcess master = cluster.master();
                    master.signal(signal);
                    awaitMore(feeder, 200);
                    gaps.add(feeder.takeLongestGapNanos() / 1_000_000);
                    if (signal.equals("STOP")) {
                        master.signal("CONT");
                    } else {
                        cluster.startAll();
                    }
                }
            }
        }
        return gaps;
    }

    private static void awaitMore(Feeder feeder, long answers) throws IOException {
        long wanted = feeder.acknowledged() + answers;
        long end = System.nanoTime() + 60_000_000_000L;
        while (feeder.acknowledged() < wanted) {
            if (System.nanoTime() > end) {
                throw new IOException("no further answers within a minute: " + feeder.problems());
            }
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
