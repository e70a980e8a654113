package io.holdfast.verification.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
@Timeout(1200)
class BackupBarTest {
    @Test
    void whatIsRestoredIsWhatWasAcknowledged(@TempDir Path directory) throws Exception {
        BackupBar.Result result = BackupBar.run(directory, 4, Duration.ofSeconds(1), System.out);
        assertEquals(List.of(result.expected(), result.expected(), result.expected()), result.found());
        assertTrue(result.expected().startsWith("4096 "), result.expected());
        assertTrue(result.during().writes() > 0 && result.isExact(), result.toString());
    }

    @Test
    void onlyWhatIsRightIsRemoved(@TempDir Path directory) throws Exception {
        BarWriters.Measured measured = new BarWriters.Measured(1, 1, 1, 1);
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.writeString(run.resolve("node-1.log"), "evidence");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertFalse(BackupBar.conclude(run, null, out));
        BackupBar.Result wrong = new BackupBar.Result(List.of(measured), measured, 7, "x", List.of("x", "y", "x"));
        assertFalse(BackupBar.conclude(run, wrong, out));
        assertTrue(Files.exists(run.resolve("node-1.log")));
        assertTrue(said.toString(StandardCharsets.UTF_8).lines().allMatch(line -> line.endsWith("; see " + run)));
        BackupBar.Result right = new BackupBar.Result(List.of(measured), measured, 7, "x", List.of("x", "x", "x"));
        assertTrue(BackupBar.conclude(run, right, out));
        assertFalse(Files.exists(run));
    }
}
