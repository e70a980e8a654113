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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's fifth act, with real processes that lose everything. */
@Timeout(150)
class SavedDemoTest {
    private static final int PROMISES = 7;

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    private static int run(Path input, Path data, ByteArrayOutputStream out) {
        return Demo.run(
                List.of("--act", "5", "--input", input.toString(), "--data", data.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @Test
    void allIsLostAndComesBackFromBackups(@TempDir Path directory) throws Exception {
        Path input = Files.writeString(directory.resolve("input"), "a line of text\n\n".repeat(2_000));
        Path data = directory.resolve("data");
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int status = run(input, data, out);

        String printed = out.toString(StandardCharsets.UTF_8);
        List<String> lines = printed.lines().toList();
        assertEquals("PASS", lines.get(lines.size() - 1), printed);
        assertEquals(0, status);
        assertEquals(
                PROMISES,
                lines.stream().filter(line -> line.startsWith("PASS  ")).count(),
                printed);
        assertTrue(printed.contains("has cleared the map, which held 3,000 lines"), printed);
        assertEquals(
                3, lines.stream().filter(line -> line.contains("s  kill -9 ")).count(), printed);
        assertEquals(
                3, lines.stream().filter(line -> line.contains("s  rm -r ")).count(), printed);
        assertTrue(printed.contains("state is taken from"), printed);
        assertFalse(Files.exists(data), "the data are removed");
    }

    @Test
    void aFileWithHardlyALineIsRefusedInWords(@TempDir Path directory) throws Exception {
        Path input = Files.writeString(directory.resolve("input"), "one\ntwo\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertEquals(1, run(input, directory.resolve("data"), out));

        assertTrue(out.toString(StandardCharsets.UTF_8).contains("FAIL: this act needs a file of at least 8 lines"));
    }
}
