package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource.Outcome;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class CommandSourceTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(RunningCommand.class);
    private static final String FOR_LONG = "sleep 600";

    @TempDir
    Path directory;

    private final MemoryParts parts = new MemoryParts();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(log);
    }

    private String logged() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList()
                .toString();
    }

    private static Command shell(String script) {
        return Command.of("sh", "-c", script);
    }

    /** As one whose end is waited for briefly, for what it leaves behind all along. */
    private static Command leaving(String script) {
        return shell(script).lastWords(Duration.ofMillis(500));
    }

    private static CommandSource source(Command command) {
        return CommandSource.of("db", BackupKind.PHYSICAL, command);
    }

    private String failure(Command command) {
        String message = assertThrows(SourceFailedException.class, () -> parts.run(source(command)))
                .getMessage();
        assertEquals(Map.of(), parts.parts);
        return message;
    }

    /** It may be killed before it has written its number, or between making the file and writing to it. */
    private static void assertEndsIfItBegan(Path pid) throws Exception {
        String number = Files.exists(pid) ? Files.readString(pid).trim() : "";
        if (!number.isEmpty()) {
            assertEnds(Long.parseLong(number));
        }
    }

    private static void assertEnds(long process) throws Exception {
        Optional<ProcessHandle> handle = ProcessHandle.of(process);
        if (handle.isPresent()) {
            handle.get().onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatACommandWritesIsThePart() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(5).nextBytes(content);
        Files.write(directory.resolve("content"), content);
        Outcome outcome = parts.run(
                source(Command.of("cat", "content").directory(directory)).part("base.tar"));
        assertArrayEquals(content, parts.bytes("base.tar"));
        assertEquals(Map.of("program", "cat"), outcome.facts());
        assertEquals(List.of(), outcome.remarks());
        assertEquals(Optional.empty(), outcome.range());
    }

    @Test
    void noShellIsBetween() throws Exception {
        parts.run(source(Command.of("printf", "%s|", "$HOME", "*", "a  b", "; false")));
        assertEquals("$HOME|*|a  b|; false|", parts.text("output"));
    }

    @Test
    void whatItSaysBesideBecomesRemarks() throws Exception {
        Outcome outcome = parts.run(source(shell("echo data; echo 'NOTICE: one' >&2; echo two >&2")));
        assertEquals(List.of("sh: NOTICE: one", "sh: two"), outcome.remarks());
        assertEquals("data\n", parts.text("output"));
    }

    @Test
    void anyOtherStatusIsAFailureAndLeavesNothing() {
        String message = failure(shell("echo data; echo 'disk on fire' >&2; exit 3"));
        assertTrue(message.contains("status 3") && message.contains("disk on fire"), message);
        assertFalse(message.contains("signal"), message);
        assertTrue(logged().contains("disk on fire"), logged());
    }

    @Test
    void aSignalIsAFailure() {
        String message = failure(shell("echo data; kill -9 $$"));
        assertTrue(message.contains("status 137, as by signal 9"), message);
    }

    @Test
    void tooMuchStandardErrorIsAFailureAndEndsIt() throws Exception {
        String message = failure(shell("echo $$ >&2; cd " + directory
                        + "; echo $$ > pid; while :; do echo 0123456789012345678901234567890123456789 >&2; done")
                .longestErrors(10_000));
        assertTrue(message.contains("more than 10000 bytes to standard error"), message);
        assertTrue(message.length() < 20_000, () -> "a message of " + message.length());
        assertEnds(Long.parseLong(Files.readString(directory.resolve("pid")).trim()));
    }

    @Test
    void onlyTheLastLinesOfStandardErrorAreTold() {
        String message =
                failure(shell("i=0; while [ $i -lt 2000 ]; do echo line-$i-end >&2; i=$((i+1)); done; exit 1"));
        assertTrue(message.contains("line-1999-end") && message.contains("line-1980-end"), message);
        assertFalse(message.contains("line-1979-end"), message);
    }

    @Test
    void whatTakesTooLongIsKilled() throws Exception {
        Path pid = directory.resolve("pid");
        String message =
                failure(shell("echo $$ > " + pid + "; exec " + FOR_LONG).limit(Duration.ofSeconds(1)));
        assertTrue(message.contains("took longer than PT1S"), message);
        assertEndsIfItBegan(pid);
    }

    @Test
    void whatHasClosedItsOutputAndGoesOnIsKilledInTime() {
        String message = failure(shell("echo data; exec >&-; " + FOR_LONG).limit(Duration.ofSeconds(1)));
        assertTrue(message.contains("took longer than PT1S"), message);
    }

    @Test
    void anInterruptKillsItAndItsChildren() throws Exception {
        List<Long> processes = new ArrayList<>();
        Thread writing = Thread.currentThread();
        MemoryParts interrupting = new MemoryParts() {
            @Override
            OutputStream watched(OutputStream out) {
                return new FilterOutputStream(out) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
                        for (String process : text.trim().split("\\s+")) {
                            processes.add(Long.parseLong(process));
                        }
                        writing.interrupt();
                    }
                };
            }
        };
        Command command = shell("sh -c '" + FOR_LONG + " & " + FOR_LONG + "' & echo $$ $!; wait");
        assertThrows(InterruptedException.class, () -> interrupting.run(source(command)));
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(Map.of(), interrupting.parts);
        assertEquals(2, processes.size());
        for (long process : processes) {
            assertEnds(process);
        }
    }

    @Test
    void whatTheRepositoryThrowsPassesAndEndsIt() throws Exception {
        IOException full = new IOException("full");
        Path pid = directory.resolve("pid");
        MemoryParts failing = new MemoryParts() {
            @Override
            OutputStream watched(OutputStream out) {
                return new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw full;
                    }
                };
            }
        };
        Command command = shell("echo $$ > " + pid + "; echo data; exec " + FOR_LONG);
        assertEquals(full, assertThrows(IOException.class, () -> failing.run(source(command))));
        assertEnds(Long.parseLong(Files.readString(pid).trim()));
    }

    @Test
    void signsOfLifeAreGivenWhileNothingComesAndWhatTheyThrowEndsIt() throws Exception {
        IOException deposed = new IOException("deposed");
        try (RunningCommand running = RunningCommand.start(shell(FOR_LONG), Map.of(), false)) {
            RunningCommand.Alive alive = () -> {
                throw deposed;
            };
            assertEquals(
                    deposed,
                    assertThrows(IOException.class, () -> running.copyTo(OutputStream.nullOutputStream(), alive, 1)));
        }
    }

    @Test
    void aProcessThatIsLeftBehindWithTheOutputIsNoEndOfIt() throws Exception {
        Path pid = directory.resolve("pid");
        Path go = directory.resolve("go");
        MemoryParts told = new MemoryParts() {
            @Override
            OutputStream watched(OutputStream out) {
                return new FilterOutputStream(out) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        out.write(bytes, offset, length);
                        Files.createFile(go);
                    }
                };
            }
        };
        Command command =
                leaving(FOR_LONG + " 2>&- & echo $! > " + pid + "; echo data; until [ -e " + go + " ]; do :; done");
        String message = assertThrows(SourceFailedException.class, () -> told.run(source(command)))
                .getMessage();
        assertTrue(message.contains("left a process behind"), message);
        assertEquals(Map.of(), told.parts);
        long left = Long.parseLong(Files.readString(pid).trim());
        ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
        assertEnds(left);
    }

    @Test
    void nothingIsNoBackupUnlessItIsMeant() throws Exception {
        String message = failure(Command.of("true"));
        assertTrue(message.contains("wrote nothing"), message);
        parts.run(source(Command.of("true")).mayBeEmpty());
        assertEquals(0, parts.bytes("output").length);
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        String message = failure(Command.of("no-such-program", "x"));
        assertTrue(message.contains("no-such-program") && message.contains("installed"), message);
    }

    @Test
    void secretsAreGivenAndNotTold() throws Exception {
        String secret = "correct horse battery";
        Command command = shell("printf %s \"$PGPASSWORD\"; echo \"password $PGPASSWORD is wrong\" >&2; exit $STATUS")
                .environment("PGPASSWORD", () -> secret);
        Outcome outcome = parts.run(source(command.environment("STATUS", "0")));
        assertEquals(secret, parts.text("output"));
        assertEquals(List.of("sh: password *** is wrong"), outcome.remarks());
        parts.parts.clear();
        String message = failure(command.environment("STATUS", "1"));
        assertTrue(message.contains("password *** is wrong"), message);
        String all = message + command + logged() + outcome;
        assertFalse(all.contains("horse"), all);
    }

    @Test
    void aWrongDescriptionIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Command.of(List.of()));
        assertThrows(IllegalArgumentException.class, () -> Command.of("x").limit(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> Command.of("x").longestErrors(-1));
        assertThrows(
                IllegalArgumentException.class, () -> source(Command.of("x")).part("../x"));
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandSource.of("Orders DB", BackupKind.LOGICAL, Command.of("x")));
    }

    // The way back.

    @Test
    void aCommandIsFedAPart() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(6).nextBytes(content);
        Path to = directory.resolve("to");
        assertEquals(content.length, shell("cat > " + to).feed(new ByteArrayInputStream(content)));
        assertArrayEquals(content, Files.readAllBytes(to));
    }

    @Test
    void theStatusOfWhatIsFedCounts() {
        Command command = shell("cat > /dev/null; echo 'relation exists' >&2; exit 4");
        String message = assertThrows(
                        SourceFailedException.class, () -> command.feed(new ByteArrayInputStream(new byte[100])))
                .getMessage();
        assertTrue(message.contains("status 4") && message.contains("relation exists"), message);
    }

    /** Again and again, since it is killed at another point of its start each time. */
    @RepeatedTest(5)
    void aDamagedPartKillsTheCommandBeforeItsInputEnds() throws Exception {
        IOException damaged = new IOException("damaged");
        InputStream part = BrokenInput.after(new byte[100_000], damaged);
        Path done = directory.resolve("done");
        Path pid = directory.resolve("pid");
        Command command = shell("echo $$ > " + pid + "; sh -c 'cat > /dev/null; touch " + done + "'; true");
        assertEquals(damaged, assertThrows(IOException.class, () -> command.feed(part)));
        assertEndsIfItBegan(pid);
        assertFalse(Files.exists(done), "it took the end of its input for the end of the data");
    }

    @Test
    void whatDoesNotTakeAllOfItsInputFails() {
        Command command = shell("exec <&-; exit 0");
        String message = assertThrows(
                        SourceFailedException.class, () -> command.feed(new ByteArrayInputStream(new byte[3_000_000])))
                .getMessage();
        assertTrue(message.contains("without having taken all of its input"), message);
    }

    /** More than a pipe holds and less than the queue before it: all of it is handed over when the command ends. */
    @Test
    void aLittleInputThatIsNotTakenFailsToo() {
        Command command = shell("head -c 100 > /dev/null");
        String message = assertThrows(
                        SourceFailedException.class, () -> command.feed(new ByteArrayInputStream(new byte[300_000])))
                .getMessage();
        assertTrue(message.contains("without having taken all of its input"), message);
    }

    /** Also if it takes none of it, and so keeps whoever writes from learning that the command has ended. */
    @ParameterizedTest
    @ValueSource(ints = {300_000, 3_000_000})
    @Timeout(120)
    void aProcessThatIsLeftBehindWithTheInputIsNoSuccess(int length) throws Exception {
        Path pid = directory.resolve("pid");
        Command command = leaving("exec 3<&0; " + FOR_LONG + " <&3 >&- 2>&- & echo $! > " + pid);
        String message = assertThrows(
                        SourceFailedException.class, () -> command.feed(new ByteArrayInputStream(new byte[length])))
                .getMessage();
        // Which of the two is seen depends on whether the pipe is closed for the command's death while it is written
        // to.
        assertTrue(
                message.contains("left a process behind that holds its input open")
                        || message.contains("ended without having taken all of its input"),
                message);
        long left = Long.parseLong(Files.readString(pid).trim());
        ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
        assertEnds(left);
    }

    @Test
    void whatTakesNoInputForTooLongIsKilled() {
        Command command = shell("exec " + FOR_LONG).limit(Duration.ofSeconds(1));
        String message = assertThrows(
                        SourceFailedException.class, () -> command.feed(new ByteArrayInputStream(new byte[3_000_000])))
                .getMessage();
        assertTrue(message.contains("took longer"), message);
    }
}
