package io.holdfast.verification.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dozen kills of a real process that backs up; {@code verification/backups.sh kills} does as many as one likes. */
@Timeout(1200)
class BackupKillsTest {
    private static final int KILLS = 12;

    @Test
    void whatIsListedIsWholeAfterEachKillAndNothingIsLeftOver(@TempDir Path directory) throws Exception {
        BackupKills.Result result = BackupKills.run(directory, KILLS, 1, System.out);
        assertEquals(List.of(), result.problems());
        assertEquals(KILLS, result.kills());
        assertTrue(result.backups() > KILLS && result.inTheMidst() > 0, result.toString());
        assertTrue(result.restores() > 1, result.toString());
    }
}
