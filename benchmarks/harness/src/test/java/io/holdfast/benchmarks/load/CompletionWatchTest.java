package io.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CompletionWatchTest {
    private final CompletionWatch watch = new CompletionWatch();

    @Test
    void theLongestTimeBetweenTwoSuccessesCounts() {
        watch.succeeded(1_000_000);
        watch.begin(1_500_000);
        watch.succeeded(4_000_000);
        watch.succeeded(5_000_000);
        assertEquals(Map.of("gap", 3_000.0, "count", 2.0), watch.figures(5_500_000));
        watch.begin(6_000_000);
        assertEquals(Map.of("gap", 2_000.0, "count", 0.0), watch.figures(7_000_000));
    }

    @Test
    void aFailureEndsNoGapAndIsCounted() {
        watch.begin(1_000_000);
        watch.failed(new IllegalStateException());
        assertEquals(Map.of("gap", 4_000.0, "count", 0.0, "IllegalStateException", 1.0), watch.figures(5_000_000));
    }
}
