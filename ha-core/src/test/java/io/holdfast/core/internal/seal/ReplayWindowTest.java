package io.holdfast.core.internal.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    private final ReplayWindow window = new ReplayWindow();

    private boolean take(long counter) {
        boolean isNew = window.isNew(counter);
        if (isNew) {
            window.mark(counter);
        }
        return isNew;
    }

    @Test
    void eachNumberOnce() {
        for (long counter : new long[] {1, 3, 2, 70, 64, 65, 63}) {
            assertTrue(take(counter), "" + counter);
            assertFalse(take(counter), "" + counter);
        }
    }

    @Test
    void numbersBeginWithOne() {
        assertFalse(take(0));
        assertFalse(take(-1));
        assertFalse(take(Long.MIN_VALUE));
    }

    @Test
    void whatIsBehindTheWindowCountsAsSeen() {
        assertTrue(take(5_000));
        assertFalse(take(5_000 - ReplayWindow.SIZE));
        assertTrue(take(5_000 - ReplayWindow.SIZE + 1));
        assertTrue(take(Long.MAX_VALUE));
        assertFalse(take(5_001));
        assertFalse(take(Long.MAX_VALUE));
        assertTrue(take(Long.MAX_VALUE - 1));
    }

    @Test
    void asASetWould() {
        SplittableRandom random = new SplittableRandom(1);
        Set<Long> seen = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 100_000; i++) {
            long jump = random.nextInt(50) == 0 ? random.nextInt(3_000) : random.nextInt(3);
            long counter = highest + jump - random.nextInt(random.nextInt(1, 1_500));
            boolean expected = counter > 0 && counter > highest - ReplayWindow.SIZE && seen.add(counter);
            assertEquals(expected, take(counter), "number " + counter + " of " + highest);
            highest = Math.max(highest, expected ? counter : highest);
        }
    }
}
