package io.holdfast.backup.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void aFullBucketPassesAndAnEmptyOneWaits() {
        Throttle throttle = new Throttle(1_000_000, 5);
        assertEquals(0, throttle.take(100_000, 5));
        assertEquals(SECOND / 2, throttle.take(500_000, 5));
        assertEquals(0, throttle.take(0, 5 + SECOND / 2));
        assertEquals(SECOND / 1_000_000, throttle.take(1, 5 + SECOND / 2));
    }

    @Test
    void aPauseIsWorthNoMoreThanTheBucket() {
        Throttle throttle = new Throttle(1_000_000, 0);
        assertEquals(0, throttle.take(100_000, 1_000 * SECOND));
        assertTrue(throttle.take(100_000, 1_000 * SECOND) > 0);
    }

    @Test
    void aTimeBeforeTheLastOneGivesNothing() {
        Throttle throttle = new Throttle(1_000_000, 10 * SECOND);
        throttle.take(100_000, 10 * SECOND);
        assertEquals(SECOND / 10, throttle.take(100_000, 2 * SECOND));
    }

    @Test
    void whoWaitsAsToldKeepsTheRate() {
        Random random = new Random(7);
        long rate = 3_000_000;
        Throttle throttle = new Throttle(rate, 0);
        long now = 0;
        long bytes = 0;
        for (int i = 0; i < 10_000; i++) {
            int piece = 1 + random.nextInt(70_000);
            bytes += piece;
            now += throttle.take(piece, now);
        }
        double seconds = (double) now / SECOND;
        assertEquals(bytes / (double) rate, seconds, 0.2);
    }

    @Test
    void ratesOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Throttle(1023, 0));
        assertThrows(IllegalArgumentException.class, () -> new Throttle((1L << 40) + 1, 0));
    }
}
