package io.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteadyLoopTest {
    private static final SteadyPlan PLAN = new SteadyPlan(new LoadPlan("write", 16, 8, 0.02, 0.2), 2_000, 0.05);

    /** Ends nothing until so much time has gone by since its first operation, and then everything at once. */
    private static final class StandsStill implements Target {
        private final long nanos;
        private final Deque<Operation> held = new ArrayDeque<>();
        private long first;

        StandsStill(long nanos) {
            this.nanos = nanos;
        }

        @Override
        public synchronized boolean submit(Operation operation) {
            if (first == 0) {
                first = System.nanoTime();
                Thread waker = new Thread(this::release);
                waker.setDaemon(true);
                waker.start();
            }
            if (System.nanoTime() - first < nanos) {
                return held.add(operation);
            }
            operation.succeeded();
            return true;
        }

        private void release() {
            while (System.nanoTime() - first < nanos) {
                Thread.onSpinWait();
            }
            synchronized (this) {
                held.forEach(Operation::succeeded);
                held.clear();
            }
        }
    }

    @Test
    void everythingThatIsDueIsSentAndCounted() throws Exception {
        List<LoadResult> stretches = new ArrayList<>();
        Overload came = SteadyLoop.run(
                operation -> {
                    operation.succeeded();
                    return true;
                },
                PLAN,
                stretches::add);
        assertEquals(4, stretches.size());
        assertTrue(came.problems().isEmpty(), came.toString());
        long counted = stretches.stream().mapToLong(LoadResult::count).sum();
        assertEquals(came.load().count(), counted);
        assertTrue(counted > 0 && counted <= 440, "of 440 that are due: " + counted);
    }

    @Test
    void aStandstillIsInTheLatenciesOfAllThatCameDueInIt() throws Exception {
        long standstill = 100_000_000L;
        List<LoadResult> stretches = new ArrayList<>();
        Overload came = SteadyLoop.run(new StandsStill(standstill), PLAN, stretches::add);
        assertTrue(came.problems().isEmpty(), came.toString());
        assertEquals(0, stretches.get(0).count(), "nothing ends while it stands still");
        // 200 writes came due in those 100 ms, 8 of which were in flight: the others count from when they were due, too
        assertTrue(came.load().count() > 300, came.toString());
        assertTrue(came.load().max() > 70_000, came.toString());
    }

    @Test
    void whatCouldNeverBeSentIsAnError() throws Exception {
        List<LoadResult> stretches = new ArrayList<>();
        Overload came = SteadyLoop.run(
                operation -> {
                    operation.failed(new IllegalStateException("no"));
                    return true;
                },
                PLAN,
                stretches::add);
        assertEquals(0, came.load().count());
        assertEquals(440, came.problems().get("IllegalStateException"));
        assertTrue(stretches.get(1).errors() > 0);
        Overload refused = SteadyLoop.run(operation -> false, PLAN, stretch -> {});
        assertEquals(440, refused.problems().get(Overload.NOT_SENT));
    }

    @Test
    void fillingEndsWhenAllHasEndedAndFailsIfOneFails() throws Exception {
        LoadPlan plan = new LoadPlan("insert", 16, 4, 0, 0);
        List<Integer> slots = new ArrayList<>();
        Target good = operation -> {
            slots.add(operation.slot());
            operation.succeeded();
            return true;
        };
        Fill.run(good, plan, 1_000);
        assertEquals(1_000, slots.size());
        Target bad = operation -> {
            operation.failed(new IllegalStateException("no"));
            return true;
        };
        assertThrows(IllegalStateException.class, () -> Fill.run(bad, plan, 1_000));
    }
}
