package io.holdfast.benchmarks.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static Row row(String system, double value, int repeat) {
        return new Row(system, "forced", "write 256 B, W=1", "rate", value, "1/s", repeat);
    }

    private static final List<Row> ROWS =
            List.of(row("a", 30, 1), row("a", 10, 2), row("a", 20.5, 3), row("b", 1, 1), row("b", 2, 2));

    @Test
    void medians() {
        Results results = new Results(ROWS);
        assertEquals(OptionalDouble.of(20.5), results.median("a", "forced", "write 256 B, W=1", "rate"));
        assertEquals(OptionalDouble.of(1.5), results.median("b", "forced", "write 256 B, W=1", "rate"));
        assertEquals(OptionalDouble.empty(), results.median("c", "forced", "write 256 B, W=1", "rate"));
        assertEquals(OptionalDouble.of(30), results.worst("a", "forced", "write 256 B, W=1", "rate"));
        assertEquals(
                Optional.of(Map.entry("a", 20.5)),
                results.largest(List.of("b", "a", "c"), "forced", "write 256 B, W=1", "rate"));
        assertEquals(
                Optional.of(Map.entry("b", 1.5)),
                results.smallest(List.of("b", "a", "c"), "forced", "write 256 B, W=1", "rate"));
        assertEquals(3, results.repeats());
    }

    @Test
    void barsPassAtTheLimit() {
        OptionalDouble two = OptionalDouble.of(2);
        OptionalDouble three = OptionalDouble.of(3);
        assertEquals("PASS", Bar.atLeast("", two, two).verdict());
        assertEquals("PASS", Bar.atMost("", two, two).verdict());
        assertEquals("MISS", Bar.atLeast("", two, three).verdict());
        assertEquals("MISS", Bar.atMost("", three, two).verdict());
        assertEquals("no figure", Bar.atMost("", three, OptionalDouble.empty()).verdict());
        assertEquals("1.50", Bar.atLeast("", three, two).ratio());
        assertEquals("–", Bar.ratio(three, OptionalDouble.of(0)));
    }

    @Test
    void jsonIsFlatAndComesBackAsItWas() {
        String json = RowFile.encode(List.of(new Row("a\"\\b", "", "w\n", "m", 1234.5, "1/s", 2)));
        assertEquals(
                "[\n  {\"system\": \"a\\\"\\\\b\", \"settings\": \"\", \"work\": \"w\\u000a\", \"metric\": \"m\", "
                        + "\"value\": 1234.500, \"unit\": \"1/s\", \"repeat\": 2}\n]\n",
                json);
        assertEquals(1234.5, RowFile.decode(json).get(0).value());
        assertEquals("a\"\\b", RowFile.decode(json).get(0).system());
        assertEquals(ROWS, RowFile.decode(RowFile.encode(ROWS)));
        assertEquals(List.of(), RowFile.decode(RowFile.encode(List.of())));
    }

    @Test
    void refusesWhatIsNoFigureAndWhatIsNotFlat() {
        assertThrows(IllegalArgumentException.class, () -> RowFile.encode(List.of(row("a", Double.NaN, 1))));
        assertThrows(IllegalArgumentException.class, () -> RowFile.decode("[{\"system\": {}}]"));
        assertThrows(IllegalArgumentException.class, () -> RowFile.decode("[{\"system\": \"a\"}]"));
        assertThrows(IllegalArgumentException.class, () -> RowFile.decode("[{\"system\": \"a"));
    }
}
