package io.holdfast.core.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How values are written, and what is said of those that are not understood. */
class OptionTest {
    private static final Option<Duration> TIME = Option.duration("time", "");
    private static final Option<Long> SIZE = Option.bytes("size", "");

    private static void refused(Option<?> option, String text, String... parts) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> option.parse(text), text)
                .getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
    }

    @Test
    void times() {
        assertEquals(Duration.ofMillis(250), TIME.parse("250ms"));
        assertEquals(Duration.ofMillis(250), TIME.parse(" 250 ms "));
        assertEquals(Duration.ofSeconds(5), TIME.parse("5s"));
        assertEquals(Duration.ofMinutes(10), TIME.parse("10m"));
        assertEquals(Duration.ofMinutes(10), TIME.parse("10min"));
        assertEquals(Duration.ofHours(1), TIME.parse("1h"));
        assertEquals(Duration.ofDays(30), TIME.parse("30d"));
        assertEquals(Duration.ofNanos(7), TIME.parse("7ns"));
        assertEquals(Duration.ofMillis(1_500), TIME.parse("PT1.5S"));
        assertEquals(Duration.ZERO, TIME.parse("0s"));
        refused(TIME, "250", "no unit", "250ms", "PT250S");
        refused(TIME, "1.5s", "whole number", "1500ms");
        refused(TIME, "-5s", "whole number");
        refused(TIME, "5 S", "5 S");
        refused(TIME, "soon", "250ms");
        refused(TIME, "P5S", "PT5S");
        refused(TIME, "999999999999999999d", "too long");
        refused(TIME, " ", "empty", "250ms");
    }

    @Test
    void sizes() {
        assertEquals(64L << 20, SIZE.parse("64MiB"));
        assertEquals(64L << 10, SIZE.parse("64 KiB"));
        assertEquals(1L << 40, SIZE.parse("1TiB"));
        assertEquals(4_096, SIZE.parse("4096"));
        assertEquals(4_096, SIZE.parse("4096B"));
        refused(SIZE, "64MB", "1000 to some", "MiB");
        refused(SIZE, "64m", "MiB");
        refused(SIZE, "1.5GiB", "whole number");
        refused(SIZE, "-1", "whole number");
        refused(SIZE, "9999999999GiB", "too large");
    }

    @Test
    void whatIsPrintedIsReadAgain() {
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            long bytes = random.nextLong(1L << random.nextInt(1, 50));
            assertEquals(bytes, SIZE.parse(SIZE.type().printer().apply(bytes)));
            Duration time = Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 59)));
            assertEquals(time, TIME.parse(TIME.type().printer().apply(time)));
        }
        assertEquals("90s", TIME.type().printer().apply(Duration.ofSeconds(90)));
        assertEquals("1h", TIME.type().printer().apply(Duration.ofMinutes(60)));
        assertEquals("64MiB", SIZE.type().printer().apply(64L << 20));
        assertEquals("0B", SIZE.type().printer().apply(0L));
    }

    @Test
    void listsAndPairs() {
        Option<List<String>> list = Option.list("list", "words", "");
        assertEquals(List.of("a", "b"), list.parse(" a , b"));
        refused(list, "a,,b", "element 2 is empty");
        refused(list, "a,", "element 2 is empty");
        Option<Map<String, String>> pairs = Option.pairs("pairs", "name=role", "");
        assertEquals(Map.of("a", "x=1", "b", "y"), pairs.parse("a=x=1, b = y"));
        refused(pairs, "a", "element 1 \"a\" is not name=value");
        refused(pairs, "a=1,a=2", "twice");
        refused(pairs, "a=", "is not name=value");
    }

    @Test
    void theRest() {
        Option<Boolean> flag = Option.flag("flag", "");
        assertTrue(flag.parse("TRUE"));
        assertFalse(flag.parse("false"));
        refused(flag, "yes", "neither true nor false");
        Option<Integer> number = Option.number("number", "").within(1, 8);
        assertEquals(8, number.parse("8"));
        refused(number, "9", "9 is too much", "1 to 8");
        refused(number, "0", "0 is too little", "1 to 8");
        refused(number, "1_0", "digits");
        Option<Health> choice = Option.choice("choice", Health.class, "");
        assertEquals(Health.UP, choice.parse("up"));
        refused(choice, "sideways", "UP or DEGRADED or DOWN");
        refused(Option.address("at", ""), "10.0.0.1", "host:port");
        assertThrows(IllegalArgumentException.class, () -> Option.text("Node-Id", ""));
    }

    @Test
    void aBuildersValueIsCheckedAsAFilesIs() {
        Option<Duration> ranged = TIME.within(Duration.ofMillis(5), Duration.ofSeconds(10));
        assertEquals(Duration.ofMillis(5), ranged.check(Duration.ofMillis(5)));
        assertEquals(Duration.ofSeconds(10), ranged.check(Duration.ofSeconds(10)));
        for (Duration out :
                List.of(Duration.ofNanos(4_999_999), Duration.ofMillis(10_001), Duration.ofDays(1L << 40))) {
            String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> ranged.check(out))
                    .getMessage());
            assertTrue(message.startsWith("time ") && message.endsWith(" is not within 5ms to 10s"), message);
        }
    }
}
