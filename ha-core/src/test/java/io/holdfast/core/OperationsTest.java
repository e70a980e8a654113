package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OperationsTest {
    @Test
    void theOthersAreAskedForNoLongerThanWhoeverAsksWaits() {
        assertEquals(2_000_000_000L, Operations.timeoutNanos(Map.of(), Long.MAX_VALUE));
        assertEquals(1_000_000L, Operations.timeoutNanos(Map.of(), 1_000_000L));
        assertEquals(1_000_000L, Operations.timeoutNanos(Map.of("timeoutMillis", "99999"), 1_000_000L));
        assertThrows(
                IllegalArgumentException.class,
                () -> Operations.timeoutNanos(Map.of("timeoutMillis", "100000"), Long.MAX_VALUE));
    }
}
