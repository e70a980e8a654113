package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupHookTest {
    @TempDir
    Path directory;

    private final MemoryParts parts = new MemoryParts();
    private final List<String> calls = new ArrayList<>();

    private Command log(String what) {
        return Command.of("sh", "-c", "echo " + what + " $HOLDFAST_OUTCOME $HOLDFAST_FAILURE >> calls")
                .directory(directory);
    }

    private Command source(String script) {
        return Command.of("sh", "-c", "echo source >> calls; " + script).directory(directory);
    }

    private List<String> logged() throws IOException {
        return Files.readAllLines(directory.resolve("calls"));
    }

    @Test
    void commandsRunBeforeAndAfter() throws Exception {
        BackupSource source = BackupHook.commands(log("before"), log("after"))
                .around(CommandSource.of("db", BackupKind.LOGICAL, source("echo data")));
        assertEquals("db", source.name());
        assertEquals(BackupKind.LOGICAL, source.kind());
        parts.run(source);
        assertEquals(List.of("before", "source", "after written"), logged());
        assertEquals("data\n", parts.text("output"));
    }

    @Test
    void theCommandAfterwardsIsToldOfTheFailure() throws Exception {
        BackupSource source = BackupHook.commandAfter(log("after"))
                .around(CommandSource.of("db", BackupKind.LOGICAL, source("exit 9")));
        assertThrows(SourceFailedException.class, () -> parts.run(source));
        assertEquals(2, logged().size(), logged().toString());
        String after = logged().get(1);
        assertTrue(after.startsWith("after failed") && after.contains("status 9"), after);
    }

    @Test
    void aCommandBeforeThatFailsIsAFailure() throws Exception {
        BackupSource source = BackupHook.commands(source("exit 5"), log("after"))
                .around(CommandSource.of("db", BackupKind.LOGICAL, Command.of("echo", "data")));
        String message = assertThrows(SourceFailedException.class, () -> parts.run(source))
                .getMessage();
        assertTrue(message.contains("status 5"), message);
        assertTrue(logged().get(1).startsWith("after failed"), logged().toString());
        assertEquals(Map.of(), parts.parts);
    }

    @Test
    void aCommandAfterwardsThatFailsIsAFailure() {
        BackupSource source = BackupHook.commands(log("before"), source("exit 6"))
                .around(CommandSource.of("db", BackupKind.LOGICAL, Command.of("echo", "data")));
        String message = assertThrows(SourceFailedException.class, () -> parts.run(source))
                .getMessage();
        assertTrue(message.contains("status 6"), message);
    }

    /** A source that does that. */
    private static BackupSource doing(BackupSource.Prepared prepared) {
        return new BackupSource() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public BackupKind kind() {
                return BackupKind.PHYSICAL;
            }

            @Override
            public CompletionStage<Prepared> prepare(Duration limit) {
                return CompletableFuture.completedFuture(prepared);
            }
        };
    }

    private static BackupSource.Prepared writing(Interrupted.Writing writing) {
        return new BackupSource.Prepared() {
            @Override
            public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
                Interrupted.put(parts, "data", true, writing);
                return new Outcome(Optional.empty(), Map.of("version", "15"), List.of("remark"));
            }

            @Override
            public void close() {}
        };
    }

    private BackupHook recording(Optional<IOException> thrown) {
        return new BackupHook() {
            @Override
            public void before(Parts given) {
                calls.add("before");
            }

            @Override
            public Map<String, String> after(Parts given, Optional<Throwable> failure) throws IOException {
                calls.add("after " + failure.map(Throwable::getMessage).orElse("success")
                        + (Thread.currentThread().isInterrupted() ? ", interrupted" : ""));
                if (thrown.isPresent()) {
                    throw thrown.get();
                }
                given.put("label", true, out -> out.write(1));
                return Map.of("position", "0/1");
            }
        };
    }

    @Test
    void aHookAddsPartsAndFacts() throws Exception {
        Outcome outcome = parts.run(recording(Optional.empty()).around(doing(writing(out -> out.write(7)))));
        assertEquals(Map.of("version", "15", "position", "0/1"), outcome.facts());
        assertEquals(List.of("remark"), outcome.remarks());
        assertEquals(List.of("data", "label"), List.copyOf(parts.parts.keySet()));
        assertEquals(List.of("before", "after success"), calls);
    }

    @Test
    void anInterruptDoesNotKeepWhatComesAfterwardsFromItsWork() {
        BackupSource source = recording(Optional.empty()).around(doing(writing(out -> {
            Thread.currentThread().interrupt();
            throw new IOException("broken");
        })));
        assertThrows(IOException.class, () -> parts.run(source));
        assertEquals(List.of("before", "after broken"), calls);
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
    }

    @Test
    void anInterruptedSourceIsToldAsSuch() {
        BackupSource source = recording(Optional.empty()).around(doing(writing(out -> {
            throw new InterruptedException("stop");
        })));
        assertThrows(InterruptedException.class, () -> parts.run(source));
        assertEquals(List.of("before", "after interrupted while it wrote the part data"), calls);
        assertFalse(Thread.interrupted());
    }

    @Test
    void theFirstFailureIsToldAndTheSecondBesideIt() {
        IOException second = new IOException("second");
        IOException first = new IOException("first");
        BackupSource source = recording(Optional.of(second)).around(doing(writing(out -> {
            throw first;
        })));
        IOException thrown = assertThrows(IOException.class, () -> parts.run(source));
        assertEquals(first, thrown);
        assertEquals(List.of(second), List.of(thrown.getSuppressed()));
    }
}
