package io.holdfast.replication.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Clock;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PermitsTest {
    /** Each look at it is an hour later than the last. */
    private static final class LeapingClock implements Clock {
        private long hours;

        @Override
        public long nanoTime() {
            return TimeUnit.HOURS.toNanos(hours++);
        }

        @Override
        public long wallMillis() {
            return 0;
        }
    }

    private final Permits permits = new Permits(new LeapingClock(), 2, 1_100);

    @Test
    void whoGetsNoBytesGivesItsRequestBack() throws InterruptedException {
        assertTrue(permits.take(900, 0));
        for (int i = 0; i < 3; i++) {
            assertFalse(permits.take(900, 0));
        }
        assertTrue(permits.take(10, 0));
    }

    @Test
    void whoIsInterruptedWhileItWaitsForBytesGivesItsRequestBack() throws Exception {
        assertTrue(permits.take(900, 0));
        FutureTask<Boolean> waits = new FutureTask<>(() -> permits.take(900, TimeUnit.HOURS.toNanos(24)));
        Thread caller = new Thread(waits, "caller");
        caller.start();
        while (!permits.isWaitedForBytes() && caller.isAlive()) {
            Thread.onSpinWait();
        }
        caller.interrupt();
        ExecutionException ended = assertThrows(ExecutionException.class, waits::get);
        assertInstanceOf(InterruptedException.class, ended.getCause());
        assertTrue(permits.take(10, 0));
    }

    @Test
    void bothWaitsTogetherTakeNoLongerThanTheTimeOut() throws InterruptedException {
        assertTrue(permits.take(900, 0));
        // The first wait used up all there was, so the second one must not begin.
        assertFalse(permits.take(900, TimeUnit.HOURS.toNanos(1)));
        assertFalse(permits.isWaitedForBytes());
    }

    @Test
    void aRequestLongerThanTheLimitGoesAlone() throws InterruptedException {
        assertTrue(permits.take(5_000, 0));
        assertFalse(permits.take(0, 0));
        permits.give(1, permits.weight(5_000));
        assertTrue(permits.take(0, 0));
    }
}
