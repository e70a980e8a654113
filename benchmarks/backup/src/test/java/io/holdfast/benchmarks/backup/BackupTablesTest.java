package io.holdfast.benchmarks.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupTablesTest {
    private final List<Row> rows = new ArrayList<>();

    private void add(String system, String settings, String work, double perCore) {
        rows.add(new Row(system, settings, work, BackupTables.PER_CORE, perCore, "MiB/s", 1));
    }

    private List<String> verdicts() {
        return new BackupTables(new Results(rows))
                .bars()
                .toText()
                .lines()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf("  ") + 2))
                .toList();
    }

    @Test
    void eachIsHeldAgainstWhatDoesTheSame() {
        add(BackupTables.HOLDFAST, BackupTables.ENCRYPTED, BackupTables.FILES, 79);
        add(BackupTables.HOLDFAST, BackupTables.CHECKED, BackupTables.FILES, 81);
        add(BackupTables.TAR, BackupTables.PLAIN, BackupTables.FILES, 100);
        add(BackupTables.RESTIC, BackupTables.ENCRYPTED, BackupTables.FILES, 40);
        assertEquals(List.of("PASS", "PASS", "MISS"), verdicts());
    }

    @Test
    void whoIsNotInstalledHasNoFigure() {
        add(BackupTables.HOLDFAST, BackupTables.CHECKED, BackupTables.POSTGRESQL, 81);
        assertEquals(List.of("no figure", "no figure"), verdicts());
        assertEquals(
                2, new BackupTables(new Results(rows)).rates().toText().lines().count());
    }

    @Test
    void tablesOfNothingAreEmpty() {
        BackupTables tables = new BackupTables(new Results(List.of()));
        assertTrue(tables.rates().isEmpty() && tables.bars().isEmpty());
    }
}
