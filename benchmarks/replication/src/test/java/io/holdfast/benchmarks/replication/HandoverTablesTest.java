package io.holdfast.benchmarks.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandoverTablesTest {
    private final List<Row> rows = new ArrayList<>();

    private void add(String metric, double... values) {
        for (int i = 0; i < values.length; i++) {
            rows.add(new Row(Systems.HOLDFAST, Cells.FORCED, HandoverTables.WORK, metric, values[i], "", i + 1));
        }
    }

    private List<String> verdicts() {
        return new HandoverTables(new Results(rows))
                .bars()
                .toText()
                .lines()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }

    @Test
    void holdsTheMedianAndTheFailuresAgainstTheirLimits() {
        add(HandoverTables.GAP, 10, 20, 400);
        add(HandoverTables.FAILED, 0, 0, 0);
        add(HandoverTables.FAILED_IN_ALL, 0);
        assertEquals(List.of("PASS", "PASS"), verdicts());
    }

    @Test
    void aFailureInAnyRoundIsAMiss() {
        add(HandoverTables.GAP, 60, 70, 10);
        add(HandoverTables.FAILED, 0, 1, 0);
        add(HandoverTables.FAILED_IN_ALL, 0);
        assertEquals(List.of("MISS", "MISS"), verdicts());
    }

    @Test
    void tablesOfNothingAreEmpty() {
        HandoverTables tables = new HandoverTables(new Results(List.of()));
        assertTrue(tables.times().isEmpty() && tables.bars().isEmpty());
    }
}
