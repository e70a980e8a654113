package io.holdfast.examples.demo;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of the cluster that writes some hundred times a second, whatever happens there, with the default deadlines; how
 * long it waited around a moment, and what failed. Safe from any thread.
 */
final class SteadyClient implements AutoCloseable {
    private static final int MOST_IN_FLIGHT = 64;
    private static final long PACE_NANOS = 2_000_000L;
    private static final Duration READY = Duration.ofSeconds(30);
    private static final long DRAIN_SECONDS = 20;

    private final HaCluster cluster;
    private final ReplicatedMap<String, Long> map;
    private final Semaphore inFlight = new Semaphore(MOST_IN_FLIGHT);
    private final GapWatch gaps = new GapWatch();
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, AtomicLong> failures = new ConcurrentSkipListMap<>();
    private final Thread thread = new Thread(this::write, "steady client");
    private volatile boolean stopping;

    private SteadyClient(HaCluster cluster) {
        this.cluster = cluster;
        this.map = ReplicatedMap.in(cluster, "steady", Codec.string(), Codec.longs());
        thread.setDaemon(true);
    }

    /** Begins. */
    static SteadyClient start(List<String> addresses) {
        HaCluster cluster = HaCluster.builder("demo")
                .node(Node.client("steady"))
                .with(LogReplication.client(addresses.toArray(new String[0])))
                .start();
        cluster.awaitReady(READY);
        SteadyClient client = new SteadyClient(cluster);
        client.thread.start();
        return client;
    }

    private void write() {
        try {
            for (long number = 0; !stopping; number++) {
                inFlight.acquire();
                long n = number;
                gaps.sent(n, System.nanoTime());
                var unused = map.putAsync("latest", n).whenComplete((before, problem) -> ended(n, problem));
                LockSupport.parkNanos(PACE_NANOS);
            }
        } catch (InterruptedException e) {
            // It is to end.
        }
    }

    private void ended(long number, @Nullable Throwable problem) {
        if (problem == null) {
            gaps.acknowledged(number, System.nanoTime());
            acknowledged.incrementAndGet();
        } else {
            gaps.givenUp();
            failures.computeIfAbsent(problem.getClass().getSimpleName(), name -> new AtomicLong())
                    .incrementAndGet();
        }
        inFlight.release();
    }

    /** Something is about to happen that it may notice; numbered from 1. */
    void watch(int number) {
        gaps.killing(number);
    }

    /** It has happened: the watch ends with the first acknowledgement of what is sent from now on. */
    void happened(int number) {
        gaps.killed(number);
    }

    /** The longest wait around a moment, in milliseconds; negative while that is not over. */
    double gapMillis(int number) {
        return gaps.gaps().stream()
                .filter(gap -> gap.kill() == number)
                .mapToDouble(gap -> gap.micros() / 1e3)
                .findFirst()
                .orElse(-1);
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** Writes that failed or whose outcome nobody knows. */
    long failed() {
        return failures.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** What failed, by the exceptions' names. */
    String failures() {
        return failures.toString();
    }

    /** Ends, and waits for what is in flight; false if that does not come to its end. */
    boolean finish() throws InterruptedException {
        stopping = true;
        thread.join();
        return inFlight.tryAcquire(MOST_IN_FLIGHT, DRAIN_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        cluster.close();
    }
}
