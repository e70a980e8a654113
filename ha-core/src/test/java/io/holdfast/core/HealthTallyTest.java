package io.holdfast.core;

import static io.holdfast.core.Health.DEGRADED;
import static io.holdfast.core.Health.DOWN;
import static io.holdfast.core.Health.UP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HealthTallyTest {
    private final HealthTally tally = new HealthTally(2, 3);

    @Test
    void theFirstResultCountsAtOnce() {
        assertEquals(DOWN, tally.health());
        assertTrue(tally.observe(UP));
        assertEquals(UP, tally.health());
    }

    @Test
    void itTakesSomeInARowToFallAndToRise() {
        tally.observe(UP);
        assertFalse(tally.observe(DOWN));
        assertFalse(tally.observe(DOWN));
        assertFalse(tally.observe(UP));
        assertFalse(tally.observe(DOWN));
        assertFalse(tally.observe(DEGRADED));
        assertTrue(tally.observe(DOWN));
        assertEquals(DOWN, tally.health());
        assertFalse(tally.observe(DEGRADED));
        assertTrue(tally.observe(UP));
        assertEquals(UP, tally.health());
    }

    @Test
    void theWorseOfTwo() {
        assertEquals(DOWN, UP.worse(DOWN));
        assertEquals(DEGRADED, DEGRADED.worse(UP));
    }
}
