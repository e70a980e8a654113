package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.Worker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RealRuntimeTest {
    private static final long LIMIT_SECONDS = 20;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final RealRuntime runtime = RealRuntime.create("node-1", TransportConfig.defaults());

    @BeforeEach
    void listen() {
        runtime.onFailure(failures::add);
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void threadsAreDaemonsNamedByNodeAndPurpose() throws Exception {
        CompletableFuture<Thread> loop = new CompletableFuture<>();
        runtime.loop().execute(() -> loop.complete(Thread.currentThread()));
        assertEquals("holdfast-node-1-loop", await(loop).getName());
        assertTrue(loop.get().isDaemon());
        CompletableFuture<Thread> worker = new CompletableFuture<>();
        runtime.newWorker("force").execute(() -> worker.complete(Thread.currentThread()));
        assertEquals("holdfast-node-1-force", await(worker).getName());
        assertTrue(worker.get().isDaemon());
        runtime.close();
        runtime.close();
        loop.get().join(Duration.ofSeconds(LIMIT_SECONDS).toMillis());
        assertFalse(loop.get().isAlive());
        assertFalse(worker.get().isAlive());
    }

    @Test
    void tasksOfOneThreadRunInOrder() throws Exception {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            runtime.loop().execute(() -> ran.add(number));
        }
        runtime.loop().run(() -> ran.add(200));
        assertEquals(IntStream.rangeClosed(0, 200).boxed().toList(), ran);
    }

    @Test
    void runOnTheLoopRunsAtOnceAndThrowsWhatTheTaskThrew() {
        IllegalArgumentException thrown = new IllegalArgumentException("wrong");
        assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> runtime.loop()
                .run(() -> {
                    throw thrown;
                })));
        assertNull(failures.poll(), "the caller was told");
        runtime.loop().run(() -> {
            assertTrue(runtime.loop().inEventLoop());
            boolean[] ran = new boolean[1];
            runtime.loop().run(() -> ran[0] = true);
            assertTrue(ran[0]);
        });
        assertFalse(runtime.loop().inEventLoop());
    }

    @Test
    void aClosedLoopDropsTasksAndSaysSoToThoseWhoWait() {
        runtime.close();
        runtime.loop().execute(() -> failures.add(new AssertionError("ran")));
        runtime.loop()
                .schedule(0, () -> failures.add(new AssertionError("ran")))
                .cancel();
        assertThrows(IllegalStateException.class, () -> runtime.loop().run(() -> {}));
        assertThrows(IllegalStateException.class, () -> runtime.newWorker("late"));
        assertNull(failures.poll());
    }

    @Test
    void timersAreNotEarlyAndCancelledOnesDoNotRun() throws Exception {
        CompletableFuture<Long> late = new CompletableFuture<>();
        List<String> ran = new CopyOnWriteArrayList<>();
        long delay = Duration.ofMillis(60).toNanos();
        runtime.loop().run(() -> {
            Timer cancelled = runtime.loop().schedule(delay / 3, () -> ran.add("cancelled"));
            long start = runtime.clock().nanoTime();
            runtime.loop().schedule(delay, () -> late.complete(runtime.clock().nanoTime() - start));
            runtime.loop().schedule(delay / 2, () -> ran.add("second"));
            runtime.loop().schedule(-5, () -> ran.add("first"));
            cancelled.cancel();
            cancelled.cancel();
        });
        assertTrue(await(late) >= delay);
        assertEquals(List.of("first", "second"), ran);
    }

    @Test
    void whatTasksTimersAndWorkersThrowReachesTheHandlerOnTheirThread() throws Exception {
        RealRuntime other = RealRuntime.create("node-2", TransportConfig.defaults());
        try {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            other.onFailure(failure -> heard.add(
                    failure.getMessage() + " on " + Thread.currentThread().getName()));
            assertThrows(IllegalStateException.class, () -> other.onFailure(failure -> {}));
            other.loop().execute(() -> {
                throw new IllegalStateException("task");
            });
            assertEquals("task on holdfast-node-2-loop", heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
            other.loop().schedule(1, () -> {
                throw new AssertionError("timer");
            });
            assertEquals("timer on holdfast-node-2-loop", heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
            Worker worker = other.newWorker("force");
            worker.execute(() -> {
                throw new IllegalStateException("worker");
            });
            assertEquals("worker on holdfast-node-2-force", heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
        } finally {
            other.close();
        }
    }

    @Test
    void aFailureHandlerMayCloseTheRuntimeFromTheLoop() throws Exception {
        RealRuntime other = RealRuntime.create("node-2", TransportConfig.defaults());
        CompletableFuture<Thread> loop = new CompletableFuture<>();
        other.onFailure(failure -> {
            other.close();
            loop.complete(Thread.currentThread());
        });
        other.loop().execute(() -> {
            throw new IllegalStateException("task");
        });
        await(loop).join(Duration.ofSeconds(LIMIT_SECONDS).toMillis());
        assertFalse(loop.get().isAlive());
    }

    @Test
    void aWorkerRunsInOrderAndFinishesWhatIsQueuedWhenClosed() {
        Worker worker = runtime.newWorker("force");
        CountDownLatch gate = new CountDownLatch(1);
        List<Integer> ran = new CopyOnWriteArrayList<>();
        worker.execute(() -> {
            try {
                assertTrue(gate.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        });
        for (int i = 0; i < 100; i++) {
            int number = i;
            worker.execute(() -> ran.add(number));
        }
        gate.countDown();
        Thread.currentThread().interrupt(); // a closing caller that is interrupted must not lose them
        worker.close();
        assertTrue(Thread.interrupted());
        worker.execute(() -> ran.add(100));
        worker.close();
        assertEquals(IntStream.range(0, 100).boxed().toList(), ran);
        assertNull(failures.poll());
    }

    @Test
    void aWorkerWithoutTasksHasNoThread() {
        Worker worker = runtime.newWorker("idle");
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("holdfast-node-1-idle")));
        worker.close();
        List<String> ran = new CopyOnWriteArrayList<>();
        worker.execute(() -> ran.add("dropped"));
        runtime.newWorker("never used");
        runtime.close();
        assertEquals(List.of(), ran);
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("holdfast-node-1-idle")));
    }

    @Test
    void aWorkerMayCloseItself() throws Exception {
        Worker worker = runtime.newWorker("once");
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        worker.execute(() -> {
            worker.close();
            thread.complete(Thread.currentThread());
        });
        await(thread).join(Duration.ofSeconds(LIMIT_SECONDS).toMillis());
        assertFalse(thread.get().isAlive());
    }

    @Test
    void aStuckWorkerIsGivenUpAfterItsLimit() throws Exception {
        NamedWorker worker = new NamedWorker("stuck", new Failures("node-1"), Duration.ofMillis(50));
        CountDownLatch gate = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        List<String> ran = new CopyOnWriteArrayList<>();
        worker.execute(() -> {
            thread.set(Thread.currentThread());
            begun.countDown();
            try {
                ran.add("opened " + gate.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            } catch (InterruptedException interrupted) {
                ran.add("interrupted");
            }
        });
        worker.execute(() -> ran.add("dropped"));
        assertTrue(begun.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        worker.close();
        gate.countDown();
        thread.get().join(Duration.ofSeconds(LIMIT_SECONDS).toMillis());
        assertEquals(List.of("opened true"), ran);
    }

    @Test
    void anInterruptLeftBehindDoesNotReachTheNextTask() throws Exception {
        for (boolean onLoop : new boolean[] {true, false}) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Runnable first = () -> Thread.currentThread().interrupt();
            Runnable second = () -> interrupted.complete(Thread.currentThread().isInterrupted());
            if (onLoop) {
                runtime.loop().execute(first);
                runtime.loop().execute(second);
            } else {
                Worker worker = runtime.newWorker("force");
                worker.execute(first);
                worker.execute(second);
            }
            assertFalse(await(interrupted));
        }
    }

    @Test
    void anInterruptedCallerStillClosesEverything() throws Exception {
        CompletableFuture<Thread> loop = new CompletableFuture<>();
        runtime.loop().execute(() -> loop.complete(Thread.currentThread()));
        await(loop);
        Thread.currentThread().interrupt();
        runtime.close();
        assertTrue(Thread.interrupted());
        assertFalse(loop.get().isAlive());
    }

    @Test
    void chanceAndTimeAreThere() {
        assertNotNull(runtime.storage());
        assertTrue(runtime.random().nextLong() != runtime.random().nextLong());
        long before = runtime.clock().nanoTime();
        assertTrue(runtime.clock().nanoTime() - before >= 0);
        assertTrue(Math.abs(runtime.clock().wallMillis() - System.currentTimeMillis()) < 10_000);
    }
}
