package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void doublesToTheLongestWithinHalfToEitherSide() {
        Set<Long> seen = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            Backoff backoff = new Backoff(10, 1000, new SplittableRandom(seed));
            for (long middle : new long[] {10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000}) {
                long pause = backoff.next();
                assertTrue(pause >= middle / 2 && pause <= middle + middle / 2, pause + " around " + middle);
                seen.add(pause - middle);
            }
            backoff.reset();
            assertTrue(backoff.next() <= 15);
        }
        assertTrue(seen.contains(-5L) && seen.contains(5L), "the spread reaches both ends");
        assertEquals(
                new Backoff(10, 99, new SplittableRandom(3)).next(),
                new Backoff(10, 99, new SplittableRandom(3)).next());
    }
}
