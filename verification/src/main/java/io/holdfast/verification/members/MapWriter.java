package io.holdfast.verification.members;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.Node;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of a map with a thread of its own that writes one thing after the other, each until it is acknowledged, and knows for
 * how long nothing was. Safe from any thread.
 */
final class MapWriter implements AutoCloseable {
    private static final int KEYS = 200;
    private static final long PAUSE_NANOS = 2_000_000L;

    private final HaCluster client;
    private final ReplicatedMap<String, String> map;
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile long written;
    private volatile long longestNanos;
    private volatile boolean stopped;

    MapWriter(List<String> addresses) {
        client = HaCluster.builder(MemberOptions.CLUSTER)
                .node(Node.client("writer"))
                .with(LogReplication.client(addresses.toArray(String[]::new)).timeout(Duration.ofSeconds(10)))
                .start();
        map = ReplicatedMap.in(client, "orders", Codec.string(), Codec.string());
        thread = new Thread(this::work, "writer");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void work() {
        long last = System.nanoTime();
        while (!stopped) {
            String key = "key-" + written % KEYS;
            String value = Long.toString(written);
            try {
                map.put(key, value);
            } catch (HoldfastException again) {
                continue; // the same is put once more: it changes nothing if it has been
            }
            long now = System.nanoTime();
            if (written > 0) {
                longestNanos = Math.max(longestNanos, now - last);
            }
            last = now;
            acknowledged.put(key, value);
            written++;
            LockSupport.parkNanos(PAUSE_NANOS); // the pace of the load
        }
    }

    long written() {
        return written;
    }

    /** The longest time without an acknowledgement since the first one, or since it was forgotten. */
    long longestNanos() {
        return longestNanos;
    }

    void forgetLongest() {
        longestNanos = 0;
    }

    /** Stops, and fails if something that was acknowledged is not there. */
    void check() throws IOException {
        halt();
        for (Map.Entry<String, String> entry : acknowledged.entrySet()) {
            String found = map.get(entry.getKey());
            // What was under way when it was stopped may be there, too.
            if (!entry.getValue().equals(found) && !String.valueOf(written).equals(found)) {
                throw new IOException(
                        entry.getKey() + " was acknowledged to be " + entry.getValue() + " and is " + found);
            }
        }
    }

    private void halt() throws IOException {
        stopped = true;
        try {
            thread.join(Waiting.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (thread.isAlive()) {
            throw new IOException("a write has not ended within " + Waiting.PATIENCE);
        }
    }

    @Override
    public void close() {
        stopped = true;
        client.close();
    }
}
