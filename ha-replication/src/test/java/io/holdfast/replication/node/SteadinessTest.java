package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SteadinessTest {
    private final Steadiness steadiness = new Steadiness();

    @Test
    void whoIsAwayOnceBeginsAnew() {
        steadiness.there(Set.of("d/1", "e/1"), 10);
        steadiness.there(Set.of("d/1", "e/1"), 15);
        assertEquals(Map.of("d/1", 6L, "e/1", 6L), steadiness.steadyNanos(16));
        steadiness.there(Set.of("e/1"), 20);
        steadiness.there(Set.of("d/1", "e/1"), 25);
        assertEquals(Map.of("d/1", 5L, "e/1", 20L), steadiness.steadyNanos(30));
        steadiness.there(Set.of("d/2", "e/1"), 30);
        assertEquals(Map.of("d/2", 0L, "e/1", 20L), steadiness.steadyNanos(30), "another disk is another one");
        steadiness.clear();
        assertEquals(Map.of(), steadiness.steadyNanos(40));
    }
}
