package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExpiryWarningsTest {
    private static final long END = TimeUnit.DAYS.toMillis(20_000);

    private static long hoursBefore(long hours) {
        return END - TimeUnit.HOURS.toMillis(hours);
    }

    @Test
    void warnsOnceAtEachMark() {
        ExpiryWarnings warnings = new ExpiryWarnings();
        List<Long> warned = new ArrayList<>();
        for (long hours = 24 * 60; hours >= -24; hours--) {
            if (warnings.isDue(END, hoursBefore(hours))) {
                warned.add(hours);
            }
        }
        assertEquals(List.of(24L * 30, 24L * 7, 24L, 0L), warned);
    }

    @Test
    void aCertificateThatComesLateIsWarnedOfOnceAndARenewedOneAnew() {
        ExpiryWarnings warnings = new ExpiryWarnings();
        assertEquals(true, warnings.isDue(END, hoursBefore(30)));
        assertEquals(false, warnings.isDue(END, hoursBefore(29)));
        assertEquals(true, warnings.isDue(END, hoursBefore(10)));
        assertEquals(true, warnings.isDue(END + 1, hoursBefore(10)));
    }

    @Test
    void healthAndWhatIsLeft() {
        assertEquals(Health.UP, ExpiryWarnings.health(END, hoursBefore(24 * 7)));
        assertEquals(Health.DEGRADED, ExpiryWarnings.health(END, hoursBefore(24 * 7) + 1));
        assertEquals("ends in 7 days", ExpiryWarnings.left(END, hoursBefore(24 * 7 + 1)));
        assertEquals("ends in 1 day", ExpiryWarnings.left(END, hoursBefore(25)));
        assertEquals("ends in 23 hours", ExpiryWarnings.left(END, hoursBefore(23)));
        assertEquals("has ended: no new connection comes about", ExpiryWarnings.left(END, END));
    }
}
