package io.holdfast.autoscale.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SizingMemoryTest {
    private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");

    @Test
    void itGoesThroughJson() throws Exception {
        SizingMemory memory = SizingMemory.EMPTY
                .recommended(START, 3, Duration.ofHours(1))
                .recommended(START.plusSeconds(5), 3, Duration.ofHours(1))
                .recommended(START.plusSeconds(10), 4, Duration.ofHours(1))
                .changed(START.plusSeconds(10), 3, 4)
                .started(Duration.ofMillis(61_250));
        ObjectMapper json = new ObjectMapper();
        String text = json.writeValueAsString(memory);
        assertEquals(
                "{\"recommendations\":[{\"fromMillis\":1772445600000,\"toMillis\":1772445605000,\"nodes\":3},"
                        + "{\"fromMillis\":1772445610000,\"toMillis\":1772445610000,\"nodes\":4}],"
                        + "\"changes\":[{\"atMillis\":1772445610000,\"from\":3,\"to\":4}],\"startUpMillis\":[61250]}",
                text);
        assertEquals(memory, json.readValue(text, SizingMemory.class));
    }

    @Test
    void itIsBoundedAndForgetsNoLargestTooSoon() {
        SizingMemory memory = SizingMemory.EMPTY;
        for (int i = 0; i < 5000; i++) {
            Instant now = START.plusSeconds(i);
            memory = memory.recommended(now, i == 10 ? 99 : i % 7, Duration.ofHours(6))
                    .changed(now, 1, 2)
                    .started(Duration.ofSeconds(i));
        }
        assertEquals(SizingMemory.MOST_RECOMMENDATIONS, memory.recommendations().size());
        assertEquals(SizingMemory.MOST_CHANGES, memory.changes().size());
        assertEquals(SizingMemory.MOST_START_UPS, memory.startUpMillis().size());
        assertEquals(99, memory.largest(START.plusSeconds(5000), Duration.ofHours(2)));
        assertEquals(6, memory.largest(START.plusSeconds(5000), Duration.ofSeconds(100)));
        assertEquals(Duration.ofSeconds(4995), memory.startUp(Duration.ofSeconds(1)), "three of four took no longer");
    }

    @Test
    void whatIsOlderThanAnyLimitIsForgotten() {
        SizingMemory memory = SizingMemory.EMPTY
                .recommended(START, 3, Duration.ofMinutes(1))
                .changed(START, 3, 4)
                .recommended(START.plusSeconds(61), 4, Duration.ofMinutes(1));
        assertEquals(1, memory.recommendations().size());
        assertTrue(memory.changes().isEmpty());
    }

    @Test
    void noChangeIsNone() {
        assertSame(SizingMemory.EMPTY, SizingMemory.EMPTY.changed(START, 3, 3));
    }

    @Test
    void aClockThatWentBackLeavesNothingOfTheFuture() {
        SizingMemory memory = SizingMemory.EMPTY
                .recommended(START.plusSeconds(3600), 50, Duration.ofHours(6))
                .recommended(START, 3, Duration.ofHours(6));
        assertEquals(3, memory.largest(START, Duration.ofHours(6)));
    }
}
