package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class LoopPaceTest {
    private static final long MILLI = 1_000_000;

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private long nanos = -7;
    /** By how much time goes on each time somebody looks. */
    private long passes;

    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            nanos += passes;
            return nanos;
        }

        @Override
        public long wallMillis() {
            return 0;
        }
    };
    private final EventLoop loop = new EventLoop() {
        @Override
        public void execute(Runnable task) {
            waiting.add(task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            throw new AssertionError("no timers");
        }

        @Override
        public void run(Runnable task) {
            throw new AssertionError("nobody waits for the loop");
        }

        @Override
        public boolean inEventLoop() {
            return false;
        }
    };
    private final LoopPace pace = new LoopPace(loop, clock);

    private long afterMilli() {
        return pace.after(MILLI);
    }

    /** The loop comes to what waits, so much later. */
    private void loopComes(long afterNanos) {
        nanos += afterNanos;
        waiting.remove().run();
    }

    @Test
    void aLoopThatIsOnTimeIsAskedNowAndThenAndNobodyRests() {
        int asked = 0;
        for (int i = 0; i < 1_000; i++) {
            nanos += MILLI / 2;
            assertEquals(0, afterMilli());
            if (!waiting.isEmpty()) {
                assertEquals(1, waiting.size());
                asked++;
                loopComes(MILLI / 10);
            }
        }
        assertTrue(asked > 200 && asked <= 250, asked + " times in half a second");
    }

    @Test
    void whoIsLateHasOthersRest() {
        assertEquals(0, afterMilli());
        loopComes(2 * MILLI);
        assertEquals(MILLI / 4, afterMilli());
    }

    /** While the loop stands nothing is known but that; it counts once, and not again when the answer comes. */
    @Test
    void aLoopThatDoesNotAnswerIsLate() {
        assertEquals(0, afterMilli());
        nanos += MILLI;
        assertEquals(0, afterMilli());
        nanos += 1;
        assertEquals(MILLI / 4, afterMilli());
        nanos += 100 * MILLI;
        assertEquals(MILLI / 4, afterMilli());
        assertEquals(1, waiting.size(), "it is asked one thing at a time");
        loopComes(MILLI);
        assertEquals(MILLI / 4, afterMilli());
        assertEquals(1, waiting.size(), "and then again");
        nanos += 2 * MILLI;
        assertEquals(MILLI * 3 / 8, afterMilli());
    }

    @Test
    void whoWaitsForSomethingFarAwayRestsForLittleBeside() {
        afterMilli();
        loopComes(2 * MILLI);
        assertEquals(20 * MILLI, pace.after(1_000 * MILLI));
    }

    @Test
    void aJobRestsAndSaysForHowLong() {
        passes = MILLI / 10;
        JobWatch watch = new JobWatch(clock, 0, pace);
        watch.begins();
        watch.at(1, 1); // the loop is asked
        nanos += 8 * MILLI; // and does not answer
        long before = nanos;
        watch.at(2, 2);
        long rested = watch.restedNanos();
        assertTrue(rested >= 2 * MILLI && rested < 3 * MILLI, rested + " ns");
        assertTrue(nanos - before >= rested, "it has waited for that");
        watch.at(3, 3);
        assertEquals(rested, watch.restedNanos(), "what it rested is no work");
    }

    /** What the limit of the rate has it wait is rest enough. */
    @Test
    void aJobThatIsSlowedDownAnyhowRestsNoMore() {
        passes = 10 * MILLI;
        JobWatch watch = new JobWatch(clock, 1 << 20, pace);
        watch.begins();
        watch.at(1, 1);
        nanos += 8 * MILLI;
        watch.at(2, 200_000); // a tenth of a second more than there is
        assertEquals(0, watch.restedNanos());
    }

    @Test
    void whoIsToldToEndDoesNotRest() {
        JobWatch watch = new JobWatch(clock, 0, pace);
        watch.begins();
        watch.at(1, 1);
        nanos += 8 * MILLI;
        watch.cancel();
        assertThrows(CancellationException.class, () -> watch.at(2, 2)); // although this clock stands
    }
}
