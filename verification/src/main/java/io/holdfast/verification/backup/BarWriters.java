package io.holdfast.verification.backup;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.MapBatch;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.process.Waiting;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a map whose every value is known by its key and by how often that was written: as fast as it is answered, or at a rate whatever
 * the answers do. A key is written by one write at a time, so that what was acknowledged last is what it holds. For one thread; answers come
 * on others.
 */
final class BarWriters {
    private static final int MOST_IN_FLIGHT = 4_096;
    private static final int IN_BATCH = 64;
    private static final int BATCHES_IN_FLIGHT = 32;

    private final ReplicatedMap<Long, byte[]> map;
    private final AtomicLongArray versions;
    private final AtomicIntegerArray busy;
    private final SplittableRandom random;
    private final Semaphore inFlight = new Semaphore(MOST_IN_FLIGHT);
    private final AtomicInteger refused = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    /**
     * How long writes took, from when they were due.
     *
     * @param writes how many were acknowledged
     * @param nanos in which time
     * @param p50 in nanoseconds
     * @param p99 in nanoseconds
     */
    record Measured(int writes, long nanos, long p50, long p99) {
        double perSecond() {
            return writes * 1e9 / nanos;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%,.0f writes/s, p50 %.2f ms, p99 %.2f ms", perSecond(), p50 / 1e6, p99 / 1e6);
        }
    }

    /** @param keys how many there are */
    BarWriters(HaCluster client, int keys, long seed) {
        this.map = BackedNode.map(client);
        this.versions = new AtomicLongArray(keys);
        this.busy = new AtomicIntegerArray(keys);
        this.random = new SplittableRandom(seed);
    }

    /** Writes each key once. */
    void fill() throws InterruptedException {
        Semaphore batches = new Semaphore(BATCHES_IN_FLIGHT);
        for (int begin = 0; begin < versions.length(); begin += IN_BATCH) {
            batches.acquire();
            check();
            MapBatch<Long, byte[]> batch = map.batch();
            for (int key = begin; key < Math.min(versions.length(), begin + IN_BATCH); key++) {
                versions.set(key, 1);
                batch.put((long) key, Values.of(key, 1));
            }
            var unused = batch.writeAsync().whenComplete((none, problem) -> {
                if (problem != null) {
                    failure = problem;
                }
                batches.release();
            });
        }
        batches.acquire(BATCHES_IN_FLIGHT);
        check();
    }

    /** Writes with so many in flight until that is over. */
    Measured asFastAs(int together, BooleanSupplier over) throws InterruptedException {
        Semaphore free = new Semaphore(together);
        Latencies latencies = new Latencies();
        long began = System.nanoTime();
        while (!over.getAsBoolean()) {
            free.acquire();
            write(System.nanoTime(), latencies, free);
        }
        free.acquire(together);
        return latencies.measured(System.nanoTime() - began);
    }

    /** Writes at a rate, whatever the answers do, until that is over. What is late counts from when it was due. */
    Measured at(double perSecond, BooleanSupplier over) throws InterruptedException {
        Latencies latencies = new Latencies();
        long began = System.nanoTime();
        long sent = 0;
        while (!over.getAsBoolean()) {
            long due = began + (long) (sent * 1e9 / perSecond);
            Waiting.until(due);
            inFlight.acquire();
            write(due, latencies, inFlight);
            sent++;
        }
        inFlight.acquire(MOST_IN_FLIGHT);
        inFlight.release(MOST_IN_FLIGHT);
        return latencies.measured(System.nanoTime() - began);
    }

    private void write(long due, Latencies latencies, Semaphore free) {
        check();
        int key = random.nextInt(versions.length());
        while (!busy.compareAndSet(key, 0, 1)) {
            key = (key + 1) % versions.length();
        }
        int chosen = key;
        long version = versions.get(chosen) + 1;
        var unused = map.putAsync((long) chosen, Values.of(chosen, version)).whenComplete((none, problem) -> {
            if (problem == null) {
                versions.set(chosen, version);
                latencies.add(System.nanoTime() - due);
            } else {
                failed(problem);
            }
            busy.set(chosen, 0);
            free.release();
        });
    }

    private void failed(Throwable problem) {
        Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
        if (cause instanceof OverloadedException || cause instanceof NotAvailableException) {
            refused.incrementAndGet(); // it was not carried out
        } else {
            failure = problem;
        }
    }

    private void check() {
        Throwable problem = failure;
        if (problem != null) {
            throw new IllegalStateException("what a write did is not known", problem);
        }
    }

    /** Writes that were not carried out. */
    int refused() {
        return refused.get();
    }

    /** What the map holds, by what was acknowledged; while nothing is in flight. */
    String content() {
        MapDigest digest = new MapDigest();
        for (int key = 0; key < versions.length(); key++) {
            digest.add(key, Values.of(key, versions.get(key)));
        }
        return digest.told();
    }

    /** An entry at or after that of all that was acknowledged. */
    long position() {
        return map.position();
    }

    /** Safe from any thread. */
    private static final class Latencies {
        private long[] nanos = new long[1 << 16];
        private int count;

        synchronized void add(long took) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = took;
        }

        synchronized Measured measured(long time) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return new Measured(
                    count, time, count == 0 ? 0 : sorted[count / 2], count == 0 ? 0 : sorted[(int) (count * 0.99)]);
        }
    }
}
