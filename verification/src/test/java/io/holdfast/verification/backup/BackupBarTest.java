package io.holdfast.verification.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small map whose nodes are all lost under writes; {@code verification/backups.sh bar} does it with a large one. How long writes take is no
 * matter here, since nobody knows what else the machine does.
 */
@Timeout(300)
class BackupBarTest {
    @Test
    void whatIsRestoredIsWhatWasAcknowledged(@TempDir Path directory) throws Exception {
        BackupBar.Result result = BackupBar.run(directory, 4, Duration.ofSeconds(1), System.out);
        assertEquals(List.of(result.expected(), result.expected(), result.expected()), result.found());
        assertTrue(result.expected().startsWith("4096 "), result.expected());
        assertTrue(result.during().writes() > 0 && result.isExact(), result.toString());
    }
}
