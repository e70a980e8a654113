package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.torture.Fault.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of {@code torture.sh}: that it works, and finds nothing. */
class TortureTest {
    @Test
    void nodesAreTortured(@TempDir Path directory) throws Exception {
        Path history = directory.resolve("h.jsonl");
        TortureOptions options = TortureOptions.parse(
                "--minutes", "0.1", "--faults", "kill,stop,cut", "--seed", "4", "--history", history.toString());
        Verdicts verdicts = new TortureRun(options, directory, line -> {}).run();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        verdicts.print(new PrintStream(said, true, StandardCharsets.UTF_8), options);
        String all = said.toString(StandardCharsets.UTF_8);
        assertTrue(verdicts.pass(), all);
        assertTrue(all.contains("LINEARIZABLE"), all);
        assertTrue(Files.size(history) > 1_000, all);
    }

    @Test
    void optionsAreReadAndRepeated() {
        TortureOptions options = TortureOptions.parse(
                "--minutes", "30", "--faults", "kill,clock", "--seed", "9", "--nodes", "5", "--keep");
        assertEquals(Duration.ofMinutes(30), options.time());
        assertEquals(EnumSet.of(Kind.KILL, Kind.CLOCK), options.faults());
        assertTrue(options.replay().endsWith("--minutes 30.0 --faults kill,clock --seed 9 --nodes 5"));
        assertThrows(IllegalArgumentException.class, () -> TortureOptions.parse("--faults", "kil"));
        assertThrows(IllegalArgumentException.class, () -> TortureOptions.parse("--nodes", "4"));
        assertThrows(IllegalArgumentException.class, () -> TortureOptions.parse("--seed"));
        assertThrows(IllegalArgumentException.class, () -> TortureOptions.parse("--minutes", "0"));
    }
}
