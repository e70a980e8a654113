package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's first act, with its real processes and real kills. */
@Timeout(180)
class DemoTest {
    private static final Pattern PID = Pattern.compile("^(node-[123]|client)   PID ([0-9]+)");

    private final Path directory;

    DemoTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Consumer<String> lineListener = line -> {};

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("--act", "1", "--data", directory.resolve("data").toString()));
        all.addAll(List.of(arguments));
        return Demo.run(
                all,
                new PrintStream(new Lines(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    /** Collects what is printed and hands on each line when it is complete. */
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            out.write(b);
            line.write(b);
            if (b == '\n') {
                lineListener.accept(line.toString(StandardCharsets.UTF_8).stripTrailing());
                line.reset();
            }
        }
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private long count(Predicate<String> line) {
        return printed().lines().filter(line).count();
    }

    private String lastLine() {
        List<String> lines = printed().lines().toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    /** The first master that is killed loses its disk, so the second one's death shows what the new one is worth. */
    @Test
    void oddInputSurvivesTheMastersDeathsAndALostDiskIsExchanged() throws Exception {
        Path input = directory.resolve("odd input");
        try (OutputStream file = Files.newOutputStream(input)) {
            for (int i = 0; i < 4_000; i++) {
                file.write(("line " + i + (i % 7 == 0 ? "\n\n" : "\n")).getBytes(StandardCharsets.UTF_8));
            }
            byte[] megabyte = new byte[1 << 20];
            Arrays.fill(megabyte, (byte) 0xfe);
            file.write(megabyte);
            file.write(new byte[] {'\n', (byte) 0xc3, (byte) 0x28, 0, '\r', '\n', '\n'});
            file.write("the last line has no line feed".getBytes(StandardCharsets.UTF_8));
        }

        int status = run("--input", input.toString(), "--kill", "2", "--lose", "1");

        assertEquals("PASS", lastLine(), printed());
        assertEquals(0, status);
        assertTrue(Pattern.compile("kill -9 [0-9]+ {3}# node-[123], master of term [0-9]+")
                .matcher(printed())
                .find());
        assertEquals(1, count(line -> line.contains("loses its disk")), printed());
        assertEquals(2, count(line -> line.startsWith("kill ")), printed());
        // 4,000 lines, 572 empty ones among them, the long one, two odd ones and the last.
        assertEquals(3, count(line -> line.matches("node-[123] +4,576 +4,576 +0 +4,576 +0 +0 +0 .*")), printed());
        assertTrue(printed().contains("gap: median "), printed());
        assertFalse(Files.exists(directory.resolve("data")), "the data are removed");
    }

    @Test
    void whatTheMasterAloneAcknowledgedMayBeLostAndIsCountedAlsoWhenSomebodyElseKills() throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(input, "a line of text\n".repeat(4_000));
        killOnce("node-[123]", line -> line.contains("acknowledged") && !line.contains("acknowledged 0 "));

        int status = run("--input", input.toString(), "--kill", "1", "--ack", "master");

        assertEquals("PASS", lastLine(), printed());
        assertEquals(0, status);
        assertTrue(printed().contains("has died unasked, exit status 137"), printed());
        assertTrue(printed().contains("lines, which acknowledgement MASTER allows and QUORUM does not"), printed());
    }

    @Test
    void aWrongLevelIsSaidAtOnce() {
        assertEquals(2, run("--ack", "some"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--ack takes quorum or master, not \"some\""));
        assertEquals(2, run("--kill", "1", "--lose", "2"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--lose 2 is more than --kill 1"));
        assertEquals(2, run("--act", "7"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--act takes 1, 2, 3, 4, 5, 6 or all, not \"7\""));
        assertEquals(2, run("--callers", "0"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--callers takes a number from 1 to 1000, not \"0\""));
        assertEquals(2, run("--most", "7"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--most takes a number from 4 to 6, not \"7\""));
        assertEquals(2, run("--store", "oracle"));
        assertTrue(err.toString(StandardCharsets.UTF_8)
                .contains("--store takes file, postgresql or auto, not \"oracle\""));
    }

    @Test
    void anEmptyFileHasNothingToLose() throws Exception {
        Path input = Files.createFile(directory.resolve("empty"));

        int status = run("--input", input.toString(), "--kill", "3", "--keep");

        assertEquals("PASS", lastLine(), printed());
        assertEquals(0, status);
        assertTrue(printed().contains("kills of the master: 0, not 3"), printed());
        assertTrue(printed().contains("0 bytes, 0 lines"), printed());
        assertTrue(Files.exists(directory.resolve("data").resolve("client.ledger")), "the data are kept");
    }

    @Test
    void aMissingFileIsSaidAtOnce() {
        int status = run("--input", directory.resolve("nowhere.txt").toString());

        assertEquals(2, status);
        assertTrue(
                err.toString(StandardCharsets.UTF_8).contains("there is no readable file"),
                err.toString(StandardCharsets.UTF_8));
        assertEquals("", printed());
    }

    @Test
    void theClientsDeathIsAFailure() throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(input, "a line of text\n".repeat(4_000));
        killOnce("client", line -> line.contains("acknowledged") && !line.contains("acknowledged 0 "));

        int status = run("--input", input.toString(), "--kill", "1");

        assertEquals(1, status);
        assertTrue(lastLine().startsWith("FAIL: the client (PID "), printed());
    }

    /** Kills the first process whose name matches, by its printed PID, at the first line that the condition picks. */
    private void killOnce(String name, Predicate<String> when) {
        AtomicBoolean done = new AtomicBoolean();
        List<Long> pid = new ArrayList<>();
        lineListener = line -> {
            Matcher matcher = PID.matcher(line);
            if (matcher.find() && matcher.group(1).matches(name)) {
                pid.add(Long.parseLong(matcher.group(2)));
            }
            if (when.test(line) && done.compareAndSet(false, true)) {
                try {
                    assertEquals(
                            0,
                            new ProcessBuilder("sh", "-c", "kill -9 " + pid.get(0))
                                    .start()
                                    .waitFor());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
