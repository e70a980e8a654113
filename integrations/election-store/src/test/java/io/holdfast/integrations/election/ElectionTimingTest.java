package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ElectionTimingTest {
    private static String refused(ElectionTiming timing) {
        return assertThrows(IllegalArgumentException.class, () -> timing.validate("x"))
                .getMessage();
    }

    @Test
    void theDefaultsFollowFromTheLease() {
        ElectionTiming timing = ElectionTiming.standard();
        timing.validate("x");
        assertEquals(Duration.ofSeconds(1), timing.clockDrift());
        assertEquals(Duration.ofMillis(2_500), timing.requestTimeout());
        assertEquals(Duration.ofSeconds(1), timing.poll());
        for (int millis : new int[] {500, 1_000, 600_000}) {
            timing.withLease(Duration.ofMillis(millis)).validate("x");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithWhatToWrite() {
        ElectionTiming timing = ElectionTiming.standard();
        assertEquals(
                "x: lease of 100 ms is not within 500 to 600000 ms; write .lease(Duration.ofMillis(500))",
                refused(timing.withLease(Duration.ofMillis(100))));
        assertEquals(
                "x: clockDrift of 10000 ms is not within 1 to 9999 ms, which a lease of 10000 ms allows; write"
                        + " .clockDrift(Duration.ofMillis(9999)) or a longer lease",
                refused(timing.withClockDrift(Duration.ofSeconds(10))));
        assertEquals(
                "x: requestTimeout of 4000 ms is not within 50 to 3750 ms, which a lease of 10000 ms allows; write"
                        + " .requestTimeout(Duration.ofMillis(3750)) or a longer lease",
                refused(timing.withRequestTimeout(Duration.ofSeconds(4))));
        assertEquals(
                "x: poll of 6000 ms is not within 10 to 5000 ms, which a lease of 10000 ms allows; write"
                        + " .poll(Duration.ofMillis(5000)) or a longer lease",
                refused(timing.withPoll(Duration.ofSeconds(6))));
        assertEquals(
                "x: calm of -1 ms is not within 0 to 3600000 ms; write .calm(Duration.ofMillis(0))",
                refused(timing.withCalm(Duration.ofMillis(-1))));
        assertEquals("x: epoch 32768 is not within 0 to 32767", refused(timing.withEpoch(32_768)));
    }
}
