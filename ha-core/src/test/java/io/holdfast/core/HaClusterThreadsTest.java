package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.ThreadRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node's life with threads: who may ask for its end, and who waits for whom. */
@Timeout(40)
class HaClusterThreadsTest {
    private final ThreadRuntime runtime = new ThreadRuntime();
    private final FakeFeature one = new FakeFeature("one");
    private final FakeFeature two = new FakeFeature("two", one.events);

    private HaCluster build() {
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(one)
                .with(two)
                .runtime(runtime)
                .build();
        one.events.clear();
        return cluster;
    }

    private HaCluster started() {
        HaCluster cluster = build();
        cluster.start();
        assertTrue(one.events.stream().noneMatch(e -> e.contains("OFF LOOP")), one.events.toString());
        one.events.clear();
        return cluster;
    }

    private void assertStopped(HaCluster cluster) throws Exception {
        cluster.stopAsync().get(10, TimeUnit.SECONDS);
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), one.events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void stopReturnsWhenAllIsGone() throws Exception {
        HaCluster cluster = started();
        assertEquals(40_000, cluster.node().advertisedAddress().port());
        cluster.stop();
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), one.events);
        assertStopped(cluster);
        cluster.close();
        assertEquals(4, one.events.size());
    }

    /** Again and again two threads ask at the same instant, and the cluster cannot spare the node. */
    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // both are waited for
    void whoeverAsksAtTheSameInstantItLeavesOnce() throws Exception {
        FakeFeature vote = new FakeFeature("vote");
        AtomicReference<CompletableFuture<Void>> answer = new AtomicReference<>(new CompletableFuture<>());
        vote.onLeave = answer::get;
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(vote)
                .runtime(runtime)
                .start();
        for (int round = 1; round <= 1_000; round++) {
            AtomicInteger ready = new AtomicInteger();
            Supplier<CompletableFuture<Void>> asks = () -> {
                ready.incrementAndGet();
                while (ready.get() < 2) {
                    Thread.onSpinWait();
                }
                return cluster.leaveAsync();
            };
            CompletableFuture<CompletableFuture<Void>> other = CompletableFuture.supplyAsync(asks);
            CompletableFuture<Void> first = asks.get();
            CompletableFuture<Void> second = other.get(10, TimeUnit.SECONDS);
            runtime.loop().run(() -> {}); // it has begun as often as it ever will
            assertEquals(
                    round, vote.events.stream().filter("leave vote"::equals).count(), "one wish, one leaving");
            answer.getAndSet(new CompletableFuture<>()).completeExceptionally(new ChangeRefusedException("no"));
            for (CompletableFuture<Void> each : List.of(first, second)) {
                assertThrows(ExecutionException.class, () -> each.get(10, TimeUnit.SECONDS));
            }
        }
        cluster.stop();
    }

    @Test
    void manyThreadsStopItAtOnce() throws Exception {
        HaCluster cluster = started();
        List<Future<?>> stops = new ArrayList<>();
        CountDownLatch together = new CountDownLatch(1);
        for (int i = 0; i < 8; i++) {
            stops.add(CompletableFuture.runAsync(() -> {
                try {
                    together.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                cluster.stop();
            }));
        }
        together.countDown();
        for (Future<?> stop : stops) {
            stop.get(20, TimeUnit.SECONDS);
        }
        assertStopped(cluster);
    }

    @Test
    void aCallbackStopsIt() throws Exception {
        HaCluster cluster = started();
        CountDownLatch returned = new CountDownLatch(1);
        one.context().callbacks().execute(() -> {
            cluster.stop();
            returned.countDown();
        });
        assertTrue(returned.await(1, TimeUnit.SECONDS), "the callback does not wait for itself");
        assertStopped(cluster);
    }

    @Test
    void theLoopStopsIt() throws Exception {
        HaCluster cluster = started();
        CountDownLatch returned = new CountDownLatch(1);
        runtime.execute(() -> {
            cluster.stop();
            returned.countDown();
        });
        assertTrue(returned.await(1, TimeUnit.SECONDS));
        assertStopped(cluster);
    }

    @Test
    void aWorkerThatThrowsStopsItInGoodOrder() throws Exception {
        HaCluster cluster = started();
        runtime.newWorker("log").execute(() -> {
            throw new IllegalStateException("fsync failed");
        });
        awaitFailure(cluster);
        assertStopped(cluster);
        assertEquals("fsync failed", cluster.failure().orElseThrow().getMessage());
    }

    @Test
    void aFeatureThatFailsOnTheLoopStopsIt() throws Exception {
        HaCluster cluster = started();
        runtime.execute(() -> one.context().fail(new IllegalStateException("bad disk")));
        awaitFailure(cluster);
        assertStopped(cluster);
    }

    @Test
    void aLoopThatThrowsStopsItWithoutAskingTheFeatures() throws Exception {
        HaCluster cluster = started();
        runtime.execute(() -> {
            throw new IllegalStateException("broken invariant");
        });
        awaitFailure(cluster);
        cluster.stopAsync().get(10, TimeUnit.SECONDS);
        assertEquals(List.of("close two", "close one"), one.events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    private static void awaitFailure(HaCluster cluster) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (cluster.failure().isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertTrue(cluster.failure().isPresent());
    }

    @Test
    void aFailedStartLeavesNoThread() {
        two.onOpen = () -> {
            throw new IllegalStateException("locked by another process");
        };
        HaCluster cluster = build();
        assertThrows(StartFailedException.class, cluster::start);
        assertEquals(List.of(), runtime.leftBehind());
        assertEquals(
                List.of("stop two", "stop one", "close two", "close one"), one.events.subList(4, one.events.size()));
    }

    @Test
    void stoppedByAnotherThreadWhileItStarts() throws Exception {
        HaCluster cluster = build();
        AtomicReference<Future<Void>> stop = new AtomicReference<>();
        two.onOpen = () -> stop.set(cluster.stopAsync());
        StartFailedException failed = assertThrows(StartFailedException.class, cluster::start);
        assertTrue(String.valueOf(failed.getMessage()).contains("stop() was called"));
        stop.get().get(10, TimeUnit.SECONDS);
        assertEquals(List.of(), runtime.leftBehind());
        assertFalse(one.events.contains("start one"), one.events.toString());
    }

    @Test
    void awaitReadyIsWokenByTheLastFeature() throws Exception {
        one.readyAtStart = false;
        HaCluster cluster = started();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> cluster.awaitReady(Duration.ofSeconds(20)));
        runtime.execute(() -> one.context().ready(true, ""));
        waiting.get(10, TimeUnit.SECONDS);
        cluster.stop();
    }

    @Test
    void awaitReadyEndsWhenTheNodeStopsOrFails() throws Exception {
        one.readyAtStart = false;
        HaCluster cluster = started();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> cluster.awaitReady(Duration.ofSeconds(100)));
        one.context().fail(new IllegalStateException("bad disk"));
        Throwable thrown = assertThrows(Exception.class, () -> waiting.get(10, TimeUnit.SECONDS))
                .getCause();
        assertTrue(thrown instanceof NotAvailableException
                && String.valueOf(thrown.getMessage()).contains("bad disk"));
        cluster.stop();
    }

    @Test
    void anInterruptEndsAwaitReadyAndIsKept() throws Exception {
        one.readyAtStart = false;
        HaCluster cluster = started();
        AtomicBoolean flag = new AtomicBoolean();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                cluster.awaitReady(Duration.ofSeconds(100));
            } catch (NotAvailableException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        waiter.interrupt();
        waiter.join(TimeUnit.SECONDS.toMillis(10));
        assertTrue(String.valueOf(thrown.get()).contains("interrupted"), String.valueOf(thrown.get()));
        assertTrue(flag.get());
        cluster.stop();
    }

    @Test
    void anInterruptDoesNotCutTheStopShort() {
        HaCluster cluster = started();
        Thread.currentThread().interrupt();
        cluster.stop();
        assertTrue(Thread.interrupted(), "the flag is kept");
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), one.events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void timeUpOrZeroOnlyLooks() {
        one.readyAtStart = false;
        HaCluster cluster = started();
        assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ZERO));
        assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ofMillis(20)));
        cluster.stop();
    }
}
