package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's second act, with real processes that are really stopped. */
@Timeout(150)
class DutyDemoTest {
    private static final Pattern PID = Pattern.compile("\\bPID ([0-9]+)");
    private static final int PROMISES = 9;

    private final Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    DutyDemoTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private int run(String store) {
        List<String> arguments = List.of(
                "--act",
                "2",
                "--store",
                store,
                "--data",
                directory.resolve("data").toString());
        return Demo.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private void assertAllKept(int status) {
        List<String> lines = printed().lines().toList();
        assertEquals("PASS", lines.get(lines.size() - 1), printed());
        assertEquals(0, status);
        assertEquals(
                PROMISES,
                lines.stream().filter(line -> line.startsWith("PASS  ")).count(),
                printed());
        assertTrue(
                Pattern.compile("node-[123] wrote by token [0-9]+: refused, the store has seen token [0-9]+")
                        .matcher(printed())
                        .find(),
                printed());
        assertTrue(printed().contains("1 refused: node-"), printed());
        assertFalse(Files.exists(directory.resolve("data")), "the data are removed");
    }

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    @Test
    void aFileRefusesTheOldMastersWrite() {
        assertAllKept(run("file"));
    }

    @Test
    void aRowOfPostgresqlRefusesTheOldMastersWrite() {
        assumeTrue(PostgresPrograms.find().isPresent(), PostgresPrograms.HOW_TO_INSTALL);
        assertAllKept(run("postgresql"));
        assertTrue(printed().contains("a row of PostgreSQL "), printed());
    }

    /** Not even the process that is stopped at that moment, which cannot notice that nobody wants it any more. */
    @Test
    void nothingOutlivesTheRunThatIsKilled() throws Exception {
        List<Long> pids = new CopyOnWriteArrayList<>();
        CountDownLatch stopped = new CountDownLatch(1);
        List<String> arguments = List.of(
                "--act",
                "2",
                "--store",
                "file",
                "--data",
                directory.resolve("data").toString());
        ChildJvm demo = ChildJvm.start(
                "demo", List.of("-Xmx128m"), Demo.class, arguments, directory.resolve("demo.log"), line -> {
                    Matcher pid = PID.matcher(line);
                    if (pid.find()) {
                        pids.add(Long.parseLong(pid.group(1)));
                    }
                    if (line.contains("the log takes writes again")) {
                        stopped.countDown();
                    }
                });
        try {
            assertTrue(stopped.await(90, TimeUnit.SECONDS), "no master was stopped");
        } finally {
            demo.destroy();
        }

        assertEquals(4, pids.size(), "the store and three nodes");
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        List<Long> left = new ArrayList<>(pids);
        while (!left.isEmpty() && System.nanoTime() - end < 0) {
            left.removeIf(DutyDemoTest::isGone);
            LockSupport.parkNanos(20_000_000L);
        }
        left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        assertEquals(List.of(), left, "processes that outlived the run");
    }

    /** Also if it is dead and nobody has asked how it died, as where the first process does not do that. */
    private static boolean isGone(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
        }
    }
}
