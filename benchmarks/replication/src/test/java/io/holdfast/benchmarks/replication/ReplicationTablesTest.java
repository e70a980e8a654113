package io.holdfast.benchmarks.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationTablesTest {
    private final List<Row> rows = new ArrayList<>();

    private void rate(String system, String settings, int bytes, int window, double rate) {
        rows.add(new Row(system, settings, Cells.label("write", bytes, window), "rate", rate, "1/s", 1));
    }

    private String verdict(String beginning) {
        return new ReplicationBars(new Results(rows))
                .all().stream()
                        .filter(bar -> bar.text().startsWith(beginning))
                        .map(Bar::verdict)
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void holdsEachCellAgainstItsBestPeerAndItsPartOfTheFloor() {
        for (int bytes : Cells.BYTES) {
            for (int window : Cells.WINDOWS) {
                rate(Systems.HOLDFAST, Cells.FORCED, bytes, window, window == 1 ? 75 : 40);
                rate(Systems.FLOOR, Cells.FORCED, bytes, window, 100);
                rate("ratis", Cells.FORCED, bytes, window, 40);
                rate("aeron", Cells.FORCED, bytes, window, 50);
            }
        }
        assertEquals("PASS", verdict("rate, forced, write 256 B, W=1: at least the best peer's (aeron)"));
        assertEquals("MISS", verdict("rate, forced, write 256 B, W=64: at least the best peer's (aeron)"));
        assertEquals("PASS", verdict("rate, forced, write 1024 B, W=1: at least 0.75 of the floor"));
        assertEquals("PASS", verdict("rate, forced, write 1024 B, W=1024: at least 0.4 of the floor"));
        assertEquals("no figure", verdict("rate, not forced, write 256 B, W=1:"));
        assertTrue(new ReplicationTables(new Results(rows)).toText().contains("aeron"));
    }

    @Test
    void tablesOfNothingAreMade() {
        assertTrue(new ReplicationTables(new Results(List.of())).toText().contains("no figure"));
        assertTrue(new FailoverTables(new Results(List.of())).toText().contains("no figure"));
    }

    @Test
    void aRoundWithoutAnAnswerIsNotHeldToAnyBar() {
        rows.add(new Row(Systems.HOLDFAST, "default", "SIGKILL", FailoverTables.WAITED, 50, "ms", 1));
        rows.add(new Row("aeron", "default", "SIGKILL", FailoverTables.WAITED, 60, "ms", 1));
        assertTrue(new FailoverTables(new Results(rows)).toText().contains("PASS"));
        rows.add(new Row(Systems.HOLDFAST, "default", "SIGKILL", FailoverTables.NONE, 60_000, "ms", 2));
        String text = new FailoverTables(new Results(rows)).toText();
        assertTrue(!text.contains("PASS") && text.contains("1 of 2 none in 60 s"), text);
    }

    @Test
    void optionsNameTheSystems() {
        assertEquals(
                List.of("holdfast", "floor", "floor-threads", "aeron"),
                Options.parse(new String[] {"b", "--peers", "aeron"}).systems());
        assertEquals(
                List.of("holdfast"),
                Options.parse(new String[] {"b", "--systems", "holdfast"}).systems());
        assertThrows(IllegalArgumentException.class, () -> Options.parse(new String[] {"b", "--peers", "none"}));
        assertThrows(IllegalArgumentException.class, () -> Options.parse(new String[] {"b", "--slow"}));
    }
}
