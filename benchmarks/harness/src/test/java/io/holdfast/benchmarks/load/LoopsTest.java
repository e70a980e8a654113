package io.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopsTest {
    private static final LoadPlan SHORT = new LoadPlan("write", 16, 8, 0.01, 0.05);

    @Test
    void aClosedLoopNeverHasMoreInFlightThanItsWindow() throws Exception {
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger measuring = new AtomicInteger();
        AtomicLong submitted = new AtomicLong();
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            LoadResult result = ClosedLoop.run(
                    operation -> {
                        submitted.incrementAndGet();
                        most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                        two.execute(() -> {
                            inFlight.decrementAndGet();
                            operation.succeeded();
                        });
                        return true;
                    },
                    SHORT,
                    measuring::incrementAndGet);
            assertTrue(most.get() <= SHORT.window(), "in flight: " + most);
            assertEquals(0, inFlight.get());
            assertEquals(1, measuring.get());
            assertEquals(0, result.errors());
            assertTrue(result.count() <= submitted.get());
        } finally {
            two.shutdownNow();
        }
    }

    @Test
    void aClosedLoopPollsATargetThatIsPolledAndTriesAgainWhatWasNotTaken() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        Deque<Operation> taken = new ArrayDeque<>();
        Target target = new Target() {
            @Override
            public boolean submit(Operation operation) {
                if (taken.size() == 3) {
                    refused.incrementAndGet();
                    return false;
                }
                return taken.add(operation);
            }

            @Override
            public boolean isPolled() {
                return true;
            }

            @Override
            public int poll() {
                int answers = taken.size();
                while (!taken.isEmpty()) {
                    taken.removeLast().succeeded();
                }
                return answers;
            }
        };
        LoadResult result = ClosedLoop.run(target, SHORT, () -> {});
        assertTrue(refused.get() > 0);
        assertEquals(0, result.errors());
        assertTrue(taken.isEmpty());
    }

    @Test
    void failuresAreCountedAsErrorsAndNotAsOperations() throws Exception {
        LoadResult result = ClosedLoop.run(
                operation -> {
                    operation.failed(new IllegalStateException("no"));
                    return true;
                },
                SHORT,
                () -> {});
        assertEquals(0, result.count());
        assertTrue(result.errors() > 0);
    }

    @Test
    void anOpenLoopCountsWhatIsDueAndCannotBeSentAsErrors() throws Exception {
        AtomicLong submitted = new AtomicLong();
        Overload overload = OpenLoop.run(
                operation -> {
                    submitted.incrementAndGet();
                    return false;
                },
                SHORT,
                1_000,
                () -> {});
        assertEquals(0, overload.load().count());
        assertEquals(submitted.get(), overload.load().errors());
        assertEquals(submitted.get(), overload.problems().get(Overload.NOT_SENT));
        assertEquals(overload, Overload.fromMap(overload.toMap()));
        assertThrows(
                IllegalArgumentException.class,
                () -> OpenLoop.run(
                        new Target() {
                            @Override
                            public boolean submit(Operation operation) {
                                return true;
                            }

                            @Override
                            public boolean isPolled() {
                                return true;
                            }
                        },
                        SHORT,
                        1,
                        () -> {}));
    }

    @Test
    void onlyWhatEndsWithinTheMeasuredTimeCounts() {
        Window window = new Window(1_000, new LoadPlan("write", 1, 1, 1, 2));
        long start = 1_000_001_000L;
        window.succeeded(0, start - 1, 1);
        window.succeeded(start - 5_000, start, 3);
        window.succeeded(start, start + 1_999_999_999L, 1);
        window.succeeded(start, start + 2_000_000_000L, 1);
        LoadResult result = window.result();
        assertEquals(4, result.count());
        assertEquals(2.0, result.rate());
        assertEquals(5.0, result.p50(), 0.01);
    }

    @Test
    void aResultSurvivesBeingSentAsText() {
        LoadResult result = new LoadResult(7, 2, 1, 1.5, 2.5, 3.5, 4.5);
        assertEquals(result, LoadResult.fromMap(result.toMap()));
    }

    @Test
    void anOpenLoopOutlivesATargetThatRefusesEverythingAtOnce() throws Exception {
        Overload overload = OpenLoop.run(
                operation -> {
                    operation.accept(null, new IllegalStateException("no"));
                    return true;
                },
                SHORT,
                1_000_000,
                () -> {});
        assertEquals(0, overload.load().count());
        assertTrue(overload.problems().getOrDefault("IllegalStateException", 0L) > 1_000);
    }
}
