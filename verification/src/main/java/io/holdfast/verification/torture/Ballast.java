package io.holdfast.verification.torture;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Fills the log, so that segments are changed and snapshots taken in a short run, and sent to who was away. In no history. */
final class Ballast {
    private static final int KEYS = 64;
    private static final int BYTES = 3_000;
    private static final long PAUSE_NANOS = 10_000_000L;

    private final ReplicatedMap<String, String> map;
    private final Thread thread;
    private volatile boolean stopped;

    Ballast(HaCluster cluster) {
        map = ReplicatedMap.in(cluster, TortureNode.BALLAST, Codec.string(), Codec.string())
                .withTimeout(MapClient.TIMEOUT);
        thread = new Thread(this::work, "ballast");
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        SplittableRandom random = new SplittableRandom();
        for (int i = 0; !stopped; i++) {
            try {
                map.put("b-" + random.nextInt(KEYS), (i + ".").repeat(BYTES / 4));
            } catch (HoldfastException refused) {
                // whatever became of it: nobody asks
            }
            LockSupport.parkNanos(PAUSE_NANOS); // the pace of the load
        }
    }

    void close() {
        stopped = true;
        try {
            thread.join(MapClient.TIMEOUT.multipliedBy(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
