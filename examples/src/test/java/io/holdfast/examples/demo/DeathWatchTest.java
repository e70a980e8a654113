package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.examples.demo.DeathWatch.Death;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeathWatchTest {
    private static final long MILLI = 1_000_000L;

    private final DeathWatch watch = new DeathWatch();

    @Test
    void onlyWhatIsSentWhileItIsDeadCounts() {
        watch.sent("node-1", 0);
        watch.sent("node-2", 0);
        watch.killed(1, "node-1", 10 * MILLI);
        watch.sent("node-1", 12 * MILLI);
        watch.sent("node-2", 13 * MILLI);
        assertEquals(List.of(new Death(1, "node-1", 1, 2, 2_000, 10_000)), watch.deaths(20 * MILLI));
        watch.back("node-1", 30 * MILLI);
        watch.sent("node-1", 31 * MILLI);
        assertEquals(List.of(new Death(1, "node-1", 1, 2, 2_000, 20_000)), watch.deaths(99 * MILLI));
        assertEquals(Map.of("node-1", 3L, "node-2", 2L), watch.requests());
    }

    @Test
    void twoDeathsAreCountedApart() {
        watch.killed(1, "node-1", 0);
        watch.back("node-1", MILLI);
        watch.back("node-1", 2 * MILLI);
        watch.killed(2, "node-1", 3 * MILLI);
        watch.sent("node-1", 4 * MILLI);
        assertEquals(
                List.of(new Death(1, "node-1", 0, 0, 0, 1_000), new Death(2, "node-1", 1, 1, 1_000, 2_000)),
                watch.deaths(5 * MILLI));
    }
}
