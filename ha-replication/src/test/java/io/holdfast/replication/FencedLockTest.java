package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RequestFailedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@link java.util.concurrent.locks.Lock} demands, with real threads on a real node. */
@Timeout(120)
@SuppressWarnings("LockNotBeforeTry") // that is what is tried here
class FencedLockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private HaCluster node;
    private FencedLock lock;

    @BeforeEach
    void start() {
        node = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory).segmentBytes(1 << 20))
                .meterRegistry(meters)
                .start();
        node.awaitReady(PATIENCE);
        lock = FencedLock.in(node, "orders");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "in time");
            Thread.onSpinWait();
        }
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    @Test
    void oneThreadIsInsideAtATimeAndTokensRise() throws Exception {
        int threads = 6;
        int rounds = 50;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        List<Long> tokens = new ArrayList<>(); // guarded by the lock
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            FencedLock mine = FencedLock.in(node, "orders"); // objects of the same name are the same lock
            all.add(start(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        mine.lock();
                        try {
                            overlaps.addAndGet(inside.getAndIncrement());
                            tokens.add(mine.token().value());
                            inside.getAndDecrement();
                        } finally {
                            mine.unlock();
                        }
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        assertEquals(0, overlaps.get());
        assertEquals(threads * rounds, tokens.size());
        assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
        assertEquals(tokens.size(), meters.get("holdfast.lock.wait").timer().count());
    }

    @Test
    void itIsReentrantAndBelongsToItsThread() throws Exception {
        assertFalse(lock.isHeldByCurrentThread());
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        assertThrows(IllegalMonitorStateException.class, lock::token);
        lock.lock();
        long token = lock.token().value();
        lock.lock();
        assertTrue(lock.tryLock());
        assertTrue(FencedLock.in(node, "orders").tryLock(1, TimeUnit.SECONDS));
        assertEquals(4, lock.holdCount());
        assertEquals(token, lock.token().value());
        Thread other = start(() -> {
            assertFalse(lock.isHeldByCurrentThread());
            assertFalse(lock.isValid());
            assertFalse(lock.tryLock());
        });
        other.join();
        AtomicInteger refused = new AtomicInteger();
        start(() -> {
                    try {
                        lock.unlock();
                    } catch (IllegalMonitorStateException e) {
                        refused.incrementAndGet();
                    }
                })
                .join();
        assertEquals(1, refused.get());
        for (int i = 0; i < 4; i++) {
            assertTrue(lock.isHeldByCurrentThread());
            assertTrue(lock.isValid());
            assertFalse(lock.remaining().isZero());
            lock.unlock();
        }
        assertFalse(lock.isHeldByCurrentThread());
        assertTrue(lock.tryLock());
        assertTrue(lock.token().value() > token);
        lock.unlock();
    }

    @Test
    void waitingHasAnEnd() throws Exception {
        try (LockGrant held = lock.acquire(PATIENCE).orElseThrow()) {
            assertEquals("orders", held.name());
            assertFalse(lock.tryLock());
            assertFalse(lock.tryLock(50, TimeUnit.MILLISECONDS));
            assertFalse(lock.tryLock(Duration.ofMillis(50)));
            assertEquals(Optional.empty(), lock.acquire(Duration.ofMillis(50)));
            assertEquals(Optional.empty(), lock.acquireAsync(Duration.ZERO).get());
        }
        assertTrue(lock.tryLock(), "those who gave up are not before it");
        lock.unlock();
        await(() -> gauge("holdfast.lock.held") == 0);
    }

    @Test
    void anInterruptEndsTheWaitThatMayBeInterrupted() throws Exception {
        LockGrant held = lock.acquire(PATIENCE).orElseThrow();
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread waiter = start(() -> {
            try {
                lock.lockInterruptibly();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        await(() -> gauge("holdfast.lock.wanted") == 1);
        waiter.interrupt();
        assertTrue(interrupted.await(30, TimeUnit.SECONDS));
        await(() -> gauge("holdfast.lock.wanted") == 0);

        CountDownLatch locked = new CountDownLatch(1);
        Thread stubborn = start(() -> {
            lock.lock();
            if (Thread.currentThread().isInterrupted()) {
                locked.countDown();
            }
            lock.unlock();
        });
        await(() -> gauge("holdfast.lock.wanted") == 1);
        stubborn.interrupt();
        held.release();
        assertTrue(locked.await(30, TimeUnit.SECONDS), "it has the lock, and its interrupt is still set");
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> lock.tryLock(1, TimeUnit.SECONDS));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void whoeverWithdrawsAFutureLeavesNothingBehind() throws Exception {
        LockGrant held = lock.acquire(PATIENCE).orElseThrow();
        CompletableFuture<Optional<LockGrant>> first = lock.acquireAsync(PATIENCE);
        CompletableFuture<Optional<LockGrant>> second = lock.acquireAsync(PATIENCE);
        CompletableFuture<Optional<LockGrant>> third = lock.acquireAsync(PATIENCE);
        await(() -> gauge("holdfast.lock.wanted") == 3);
        first.cancel(false);
        second.complete(Optional.empty());
        held.release();
        LockGrant granted = third.get().orElseThrow();
        assertTrue(granted.token().compareTo(held.token()) > 0);
        assertFalse(held.isValid());
        held.release();
        assertTrue(granted.isValid(), "a second release does nothing");
        granted.close();
    }

    @Test
    void thereAreNoConditions() {
        UnsupportedOperationException refused = assertThrows(UnsupportedOperationException.class, lock::newCondition);
        assertTrue(String.valueOf(refused.getMessage()).contains("ReplicatedMap"));
        assertThrows(IllegalArgumentException.class, () -> FencedLock.in(node, " "));
        assertThrows(IllegalArgumentException.class, () -> FencedLock.in(node, "x".repeat(256)));
        assertThrows(IllegalArgumentException.class, () -> FencedLock.in(node, "\ud800"));
    }

    @Test
    void aSemaphoreHasSoManyPermits() throws Exception {
        Semaphore pool = Semaphore.in(node, "pool", 3);
        LockGrant two = pool.acquire(2);
        assertEquals(2, two.permits());
        assertEquals(Optional.empty(), pool.tryAcquire(2));
        LockGrant one = pool.tryAcquire(1).orElseThrow();
        assertEquals(Optional.empty(), pool.tryAcquire(1, Duration.ofMillis(20)));
        CompletableFuture<Optional<LockGrant>> three = pool.acquireAsync(3, PATIENCE);
        one.release();
        two.close();
        three.get().orElseThrow().close();
        LockGrant again = pool.acquire(3);
        RequestFailedException other = assertThrows(RequestFailedException.class, () -> Semaphore.in(node, "pool", 4)
                .tryAcquire(1));
        assertTrue(String.valueOf(other.getMessage()).contains("is used with 3 permits"), other.getMessage());
        again.release();
        Semaphore.in(node, "pool", 4).acquire(4).release();
        assertThrows(IllegalArgumentException.class, () -> pool.acquire(4));
        assertThrows(IllegalArgumentException.class, () -> pool.acquire(0));
        assertThrows(IllegalArgumentException.class, () -> Semaphore.in(node, "pool", 0));
    }

    @Test
    void aNodeThatStopsTellsThoseWhoHoldAndWait() throws Exception {
        LockGrant held = lock.acquire(PATIENCE).orElseThrow();
        CompletableFuture<String> lost = new CompletableFuture<>();
        held.onLost(lost::complete);
        CompletableFuture<Optional<LockGrant>> waits = lock.acquireAsync(PATIENCE);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread blocked = start(() -> {
            try {
                lock.lock();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
        await(() -> gauge("holdfast.lock.wanted") == 2);
        node.close();
        blocked.join();
        assertEquals(NotAvailableException.class, failures.get(0).getClass());
        CompletionException end = assertThrows(CompletionException.class, waits::join);
        assertEquals(NotAvailableException.class, end.getCause().getClass());
        assertTrue(lost.get().contains("stopping"));
        assertFalse(held.isValid());
        assertThrows(LockLostException.class, held::release);
        held.release();
        assertThrows(NotAvailableException.class, lock::tryLock);
    }

    /** Where no lock is used no lease is renewed, and one whose process ended is free when it begins anew on its disk. */
    @Test
    void aNodeThatBeginsAnewWaitsForNoLeaseOfItsOwn() throws Exception {
        LockGrant held = lock.acquire(PATIENCE).orElseThrow();
        node.close();
        start();
        LockGrant again = lock.acquire(PATIENCE).orElseThrow();
        assertTrue(again.token().compareTo(held.token()) > 0);
        again.release();
    }
}
