package io.holdfast.benchmarks.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTablesTest {
    private final List<Row> rows = new ArrayList<>();

    private void add(String work, String metric, double value) {
        rows.add(new Row(Systems.HOLDFAST, Cells.FORCED, work, metric, value, "", 1));
    }

    private void windows(String phase, double rate, double... p99s) {
        for (int i = 0; i < p99s.length; i++) {
            add(SnapshotTables.window(phase, i + 1), "rate", rate);
            add(SnapshotTables.window(phase, i + 1), "p99", p99s[i]);
        }
        add(phase, "offered", 100);
        add(phase, "rate", rate);
    }

    private List<String> verdicts() {
        return new SnapshotTables(new Results(rows))
                .bars()
                .toText()
                .lines()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }

    @Test
    void holdsTheWindowsWithSnapshotsAgainstThoseWithout() {
        windows(SnapshotTables.OFF, 100, 10, 11, 20);
        windows(SnapshotTables.ON, 80, 12, 13, 25);
        windows(SnapshotTables.EMPTIED, 70, 12, 13, 25);
        assertEquals(List.of("PASS", "PASS", "MISS", "PASS", "MISS"), verdicts());
    }

    @Test
    void tablesOfNothingAreEmpty() {
        SnapshotTables tables = new SnapshotTables(new Results(List.of()));
        assertTrue(tables.phases().isEmpty() && tables.windows().isEmpty());
        assertTrue(tables.bars().isEmpty() && tables.nodes().isEmpty());
    }
}
