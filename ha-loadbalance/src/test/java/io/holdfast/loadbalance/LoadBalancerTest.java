package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RoleHolder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls by real threads. */
@Timeout(60)
class LoadBalancerTest {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Consumer<Directory>> source = new AtomicReference<>();
    private long epoch;
    private final StandaloneLoadBalancer standalone = StandaloneLoadBalancer.start(
            new Balancer.Identity("shop", "web-1", "http"),
            (runtime, hears) -> {
                source.set(hears);
                return () -> source.set(directory -> {});
            },
            BalancerSettings.of(Algorithm.roundRobin()),
            CallSettings.usual(),
            BalancerRuntime.of(thread, () -> new SplittableRandom(1)),
            new SimpleMeterRegistry());
    private final LoadBalancer calls = standalone.calls();

    @AfterEach
    void end() {
        standalone.close();
        thread.shutdownNow();
    }

    private void hear(@Nullable RoleHolder master, String... ids) {
        CompletableFuture<Void> change = standalone.nextChange().toCompletableFuture();
        source.get()
                .accept(new Directory(
                        ++epoch,
                        List.of(ids).stream()
                                .map(id -> Endpoint.of(id, "http://" + id))
                                .toList(),
                        master,
                        id -> -1));
        change.join();
    }

    /** They are told after calls that wait, by the same task. */
    private void awaitListeners() throws Exception {
        thread.submit(() -> {}).get();
    }

    @Test
    void aCallIsTriedElsewhere() {
        hear(null, "a", "b", "c");
        for (int i = 0; i < 20; i++) {
            String served = calls.call(to -> {
                if (to.endpoint().id().equals("b")) {
                    throw new ConnectException("refused");
                }
                return to.endpoint().id();
            });
            assertTrue(served.equals("a") || served.equals("c"));
        }
    }

    @Test
    void aTryThatOthersMakeGoesWhereACallWouldAndTellsHowItEnded() {
        hear(new RoleHolder("a", FencingToken.of(0, 4)), "a", "b", "c");
        Attempt master = Objects.requireNonNull(calls.toMaster().begin(null));
        assertEquals("a", master.endpoint().id());
        assertEquals("4", master.headers().get(RoutingHeaders.FENCE));
        Tried tried = new Tried();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Attempt attempt =
                    Objects.requireNonNull(calls.toSlaves().maxLagEntries(7).begin(tried));
            ids.add(attempt.endpoint().id());
            tried.add(attempt.target());
            calls.end(attempt, Outcome.FAILURE);
        }
        assertEquals(List.of("b", "c"), ids.subList(0, 2).stream().sorted().toList());
        assertEquals("a", ids.get(2)); // where no slave is left
        calls.end(master, Outcome.SUCCESS);
        assertEquals(
                List.of(1L, 1L, 1L),
                calls.explain().endpoints().stream()
                        .map(EndpointStanding::failures)
                        .toList());
        assertTrue(calls.explain().endpoints().stream().allMatch(each -> each.inFlight() == 0));
        hear(new RoleHolder("gone", FencingToken.of(0, 5)), "b");
        assertNull(calls.toMaster().begin(null));
    }

    @Test
    void whoListensIsToldAtOnceAndOfEachChangeUntilItNoLongerWantsToBe() throws Exception {
        hear(null, "a");
        awaitListeners();
        List<List<Endpoint>> heard = new ArrayList<>();
        EndpointSource.Subscription failing = calls.listen(() -> {
            if (calls.directory().endpoints().size() == 2) {
                throw new IllegalStateException("a listener's own");
            }
        });
        EndpointSource.Subscription listening = calls.listen(() -> {
            heard.add(calls.directory().endpoints());
        });
        hear(null, "a", "b");
        awaitListeners();
        listening.cancel();
        listening.cancel();
        failing.cancel();
        hear(null, "a", "b", "c");
        awaitListeners();
        assertEquals(List.of(1, 2), heard.stream().map(List::size).toList());
    }

    @Test
    void checkedExceptionsOfTheCallersAreWrappedAndErrorsAreNot() {
        hear(null, "a");
        CompletionException wrapped = assertThrows(
                CompletionException.class,
                () -> calls.call(to -> {
                    throw new ReflectiveOperationException("mine");
                }));
        assertInstanceOf(ReflectiveOperationException.class, wrapped.getCause());
        assertThrows(
                AssertionError.class,
                () -> calls.call(to -> {
                    throw new AssertionError("mine");
                }));
        assertEquals(0, standalone.calls().explain().endpoints().get(0).inFlight());
    }

    @Test
    void callersThatWaitForAMasterGoOnWhenOneIsAnnounced() throws Exception {
        hear(new RoleHolder("a", FencingToken.of(0, 1)), "a", "b");
        int callers = 50;
        CountDownLatch failed = new CountDownLatch(callers);
        List<String> served = new ArrayList<>();
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread caller = new Thread(() -> {
                String by = calls.toMaster().call(to -> {
                    if (to.endpoint().id().equals("a")) {
                        failed.countDown();
                        throw new ConnectException("refused");
                    }
                    return to.endpoint().id() + " " + to.fence();
                });
                synchronized (served) {
                    served.add(by);
                }
            });
            caller.start();
            all.add(caller);
        }
        assertTrue(failed.await(30, TimeUnit.SECONDS));
        hear(new RoleHolder("b", FencingToken.of(0, 2)), "a", "b");
        for (Thread each : all) {
            each.join();
        }
        assertEquals(callers, served.size());
        assertTrue(served.stream().allMatch("b 2"::equals));
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                calls.call(to -> "served");
            } catch (NotAvailableException e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("the flag is gone"));
            }
        });
        caller.start();
        caller.interrupt();
        caller.join();
        assertInstanceOf(NotAvailableException.class, thrown.get());
    }

    @Test
    void callsThatDoNotBlock() throws Exception {
        CompletableFuture<String> early = calls.callAsync(
                to -> CompletableFuture.completedFuture(to.endpoint().id()));
        hear(null, "a", "b");
        assertTrue(List.of("a", "b").contains(early.get(30, TimeUnit.SECONDS)));
        AtomicInteger tries = new AtomicInteger();
        String later = calls.idempotent()
                .callAsync(to -> tries.incrementAndGet() == 1
                        ? CompletableFuture.failedFuture(new IOException("reset"))
                        : CompletableFuture.completedFuture("served"))
                .get(30, TimeUnit.SECONDS);
        assertEquals("served", later);
        assertEquals(2, tries.get());
    }

    @Test
    void whatIsNotAnsweredIsGivenUpAndCancelled() throws Exception {
        hear(null, "a", "b");
        List<CompletableFuture<String>> begun = new ArrayList<>();
        CompletableFuture<String> call = calls.within(Duration.ofMillis(200)).callAsync(to -> {
            CompletableFuture<String> silent = new CompletableFuture<>();
            begun.add(silent);
            return silent;
        });
        ExecutionException failed = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
        assertInstanceOf(OutcomeUnknownException.class, failed.getCause());
        assertTrue(begun.get(0).isCancelled());
        calls.explain().endpoints().forEach(each -> assertEquals(0, each.inFlight()));
    }

    @Test
    void whatIsNoFutureCountsAsThrown() {
        hear(null, "a");
        CompletableFuture<String> odd = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> toCompletableFuture() {
                throw new UnsupportedOperationException("not that one");
            }
        };
        CompletableFuture<String> call = calls.callAsync(to -> odd);
        ExecutionException failed = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
        assertInstanceOf(UnsupportedOperationException.class, failed.getCause());
        assertEquals(0, calls.explain().endpoints().get(0).inFlight());
    }

    @Test
    void whatIsOnItsWayIsGivenUpWhenTheBalancerIsClosed() {
        hear(null, "a");
        CompletableFuture<String> silent = new CompletableFuture<>();
        CompletableFuture<String> call = calls.callAsync(to -> silent);
        standalone.close();
        ExecutionException failed = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
        assertInstanceOf(OutcomeUnknownException.class, failed.getCause());
        assertTrue(silent.isCancelled());
        assertEquals(0, calls.explain().endpoints().get(0).inFlight());
    }

    @Test
    void aCallThatIsCancelledWhileItBeginsIsCancelledAllTheSame() {
        hear(null, "a", "b");
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        AtomicReference<CompletableFuture<String>> outer = new AtomicReference<>();
        outer.set(calls.idempotent().callAsync(to -> {
            if (to.number() == 1) {
                return first;
            }
            outer.get().cancel(true);
            return second;
        }));
        first.completeExceptionally(new IOException("reset"));
        assertTrue(second.isCancelled());
        calls.explain().endpoints().forEach(each -> assertEquals(0, each.inFlight()));
        assertEquals(0, standalone.waiting());
    }

    @Test
    void aCancelledCallEndsWhatItBegan() {
        hear(null, "a");
        CompletableFuture<String> silent = new CompletableFuture<>();
        CompletableFuture<String> call = calls.callAsync(to -> silent);
        assertEquals(1, calls.explain().endpoints().get(0).inFlight());
        call.cancel(true);
        assertTrue(silent.isCancelled());
        assertEquals(0, calls.explain().endpoints().get(0).inFlight());
    }

    @Test
    void whoWaitsIsToldOfTheEnd() throws Exception {
        CompletableFuture<String> waits = calls.callAsync(to -> CompletableFuture.completedFuture("served"));
        standalone.close();
        ExecutionException failed = assertThrows(ExecutionException.class, () -> waits.get(30, TimeUnit.SECONDS));
        assertInstanceOf(NotAvailableException.class, failed.getCause());
        assertThrows(NotAvailableException.class, () -> calls.call(to -> "served"));
    }
}
