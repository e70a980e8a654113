package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.testing.LogCapture;
import java.util.List;
import org.junit.jupiter.api.Test;

class RejectionLogTest {
    private static final class HandClock implements Clock {
        private long now = 5_000_000_000L;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long wallMillis() {
            return 0;
        }
    }

    @Test
    void otherRubbishEachTimeFillsNoDisk() {
        HandClock clock = new HandClock();
        RejectionLog rejections = new RejectionLog(clock);
        try (LogCapture log = LogCapture.of(RejectionLog.class.getName())) {
            for (int i = 0; i < 1_000; i++) {
                rejections.warn("10.0.0.9", "rubbish " + i);
            }
            assertEquals(10, log.messages(Level.WARN).size());
            clock.now += 1_000_000_000L;
            rejections.warn("10.0.0.9", "more rubbish");
            List<String> lines = log.messages(Level.WARN);
            assertEquals(12, lines.size());
            assertTrue(lines.get(10).startsWith("990 further lines"), lines.get(10));
        }
    }

    @Test
    void theSameTextAboutTheSameEndIsLoggedOnceInTenSeconds() {
        HandClock clock = new HandClock();
        RejectionLog rejections = new RejectionLog(clock);
        try (LogCapture log = LogCapture.of(RejectionLog.class.getName())) {
            rejections.warn("10.0.0.9", "no");
            clock.now += 9_000_000_000L;
            rejections.warn("10.0.0.9", "no");
            rejections.warn("10.0.0.8", "no");
            clock.now += 1_000_000_000L;
            rejections.warn("10.0.0.9", "no");
            assertEquals(3, log.messages(Level.WARN).size());
        }
    }
}
