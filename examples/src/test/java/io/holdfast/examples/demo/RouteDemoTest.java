package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's fourth act, with real processes, callers and kills. */
@Timeout(150)
class RouteDemoTest {
    private static final int PROMISES = 4;

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    @Test
    void callersAreServedWhenTheMasterIsKilled(@TempDir Path directory) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Path data = directory.resolve("data");
        int status = Demo.run(
                List.of("--act", "4", "--callers", "20", "--kill", "1", "--data", data.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        String printed = out.toString(StandardCharsets.UTF_8);
        List<String> lines = printed.lines().toList();
        assertEquals("PASS", lines.get(lines.size() - 1), printed);
        assertEquals(0, status);
        assertEquals(
                PROMISES,
                lines.stream().filter(line -> line.startsWith("PASS  ")).count(),
                printed);
        assertEquals(
                6,
                lines.stream()
                        .filter(line -> line.matches("node-[123]  (puts|appends) .*"))
                        .count(),
                printed);
        assertTrue(
                Pattern.compile("kill 1 \\(node-[123]\\): writers waited [0-9]+ ms; of ")
                        .matcher(printed)
                        .find(),
                printed);
        assertFalse(Files.exists(data), "the data are removed");
    }
}
