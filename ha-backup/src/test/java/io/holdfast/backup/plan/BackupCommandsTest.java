package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.PruneVerdict;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackupCommandsTest {
    private final Simulation simulation = new Simulation(1);
    private final NodeRuntime runtime = simulation.node("node-1").runtime();
    private final Service service = new Service();
    private DriverView view = view(FencingToken.of(0, 1));
    private final Map<String, OperatorCommand> commands = new TreeMap<>();

    private final BackupCommands served =
            new BackupCommands("node-1", service, () -> view, List.of("state", "files"), runtime.loop(), 1_000);

    BackupCommandsTest() {
        served.commands().forEach(command -> commands.put(command.name(), command));
    }

    private static DriverView view(FencingToken token) {
        return new DriverView(token, Map.of(), Map.of(), Map.of(), List.of(), List.of(), List.of(), Map.of());
    }

    /** Answers when a test says so. */
    private static final class Service implements BackupService {
        private final List<CompletableFuture<BackupInfo>> runs = new ArrayList<>();
        private final List<Boolean> prunes = new ArrayList<>();
        private CompletableFuture<PruneReport> report = new CompletableFuture<>();
        private @Nullable RuntimeException refusal;

        @Override
        public CompletableFuture<BackupInfo> runNow(String source) {
            runs.add(new CompletableFuture<>());
            return runs.get(runs.size() - 1);
        }

        @Override
        public CompletableFuture<DrillInfo> drillNow(String source, String layer) {
            RuntimeException why = refusal;
            if (why != null) {
                throw why;
            }
            return new CompletableFuture<>();
        }

        @Override
        public List<DrillInfo> drills() {
            return List.of();
        }

        @Override
        public List<BackupInfo> list() {
            return List.of();
        }

        @Override
        public CompletableFuture<PruneReport> prune(boolean dryRun) {
            prunes.add(dryRun);
            return report;
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> ask(String command, String... arguments) {
        Map<String, String> given = new TreeMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        CompletableFuture<?> answer = commands.get(command).handler().run(given).toCompletableFuture();
        assertTrue(simulation.runUntil(answer::isDone, Duration.ofMinutes(1)), command);
        return (Map<String, Object>) answer.join();
    }

    private String begun(String source) {
        List<?> tasks = (List<?>) ask("backup-run", "source", source).get("tasks");
        return String.valueOf(((Map<?, ?>) tasks.get(tasks.size() - 1)).get("task"));
    }

    @Test
    void whatChangesSomethingNeedsTheRoleForIt() {
        commands.forEach((name, command) -> assertEquals(
                name.equals("backup-task") || name.equals("backup-retention")
                        ? OperatorRole.READ
                        : OperatorRole.OPERATE,
                command.needed(),
                name));
    }

    @Test
    void aTaskIsWaitedForUntilItIsOver() {
        String task = begun("state");
        assertEquals("1001", task);
        assertEquals("waiting", ask("backup-task", "task", task).get("state"));
        CompletableFuture<?> waits = commands.get("backup-task")
                .handler()
                .run(Map.of("task", task, "waitMillis", "9000"))
                .toCompletableFuture();
        simulation.runFor(Duration.ofSeconds(8));
        assertFalse(waits.isDone());
        service.runs
                .get(0)
                .complete(new BackupInfo(
                        "nas",
                        "the id",
                        "state",
                        BackupKind.PHYSICAL,
                        Instant.EPOCH,
                        Instant.EPOCH,
                        42,
                        Optional.empty(),
                        List.of()));
        assertTrue(waits.isDone(), "at once");
        Map<String, Object> over = ask("backup-task", "task", task);
        assertEquals("done", over.get("state"));
        assertEquals("the id", ((Map<?, ?>) over.get("result")).get("backup"));
    }

    @Test
    void howItEndedIsKnown() {
        String failed = begun("all");
        service.runs.get(1).completeExceptionally(new IOException("the disk is gone"));
        Map<String, Object> said = ask("backup-task", "task", failed);
        assertEquals("failed", said.get("state"));
        assertEquals("files", said.get("subject"));
        assertTrue(String.valueOf(said.get("detail")).contains("the disk is gone"), said.toString());
        service.runs.get(0).completeExceptionally(new NotAvailableException("the role moves"));
        assertEquals("gone", ask("backup-task", "task", "1001").get("state"));
        assertEquals("unknown", ask("backup-task", "task", "7").get("state"));
        assertThrows(IllegalArgumentException.class, () -> ask("backup-task", "task", "x"));
    }

    @Test
    void tasksAreBoundedAndThoseThatAreOverMakeRoom() {
        for (int i = 0; i < 64; i++) {
            begun("state");
        }
        assertThrows(NotAvailableException.class, () -> begun("state"));
        service.runs.get(0).cancel(false);
        assertThrows(NotAvailableException.class, () -> begun("all"));
        assertEquals(64, service.runs.size(), "what is refused is not begun");
        begun("state");
        assertEquals("unknown", ask("backup-task", "task", "1001").get("state"), "it is forgotten");
        assertEquals("waiting", ask("backup-task", "task", "1002").get("state"));
    }

    @Test
    void whatIsNotUnderstoodTakesNoRoom() {
        service.refusal = new IllegalArgumentException("there is no layer attic");
        for (int i = 0; i < 65; i++) {
            assertThrows(IllegalArgumentException.class, () -> ask("backup-drill", "layer", "attic"));
        }
        begun("state");
    }

    /** A task may take a day, and be asked for every few seconds. */
    @Test
    void whoHasWaitedIsForgotten() {
        String task = begun("state");
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    "waiting",
                    ask("backup-task", "task", task, "waitMillis", "20").get("state"));
        }
        assertEquals(0, served.waiting());
        CompletableFuture<?> waits = commands.get("backup-task")
                .handler()
                .run(Map.of("task", task, "waitMillis", "9000"))
                .toCompletableFuture();
        assertEquals(1, served.waiting());
        service.runs.get(0).cancel(false);
        assertTrue(waits.isDone());
        assertEquals(0, served.waiting());
    }

    @Test
    void notAllAskAtOnceWhatGoes() {
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(commands.get("backup-retention").handler().run(Map.of()).toCompletableFuture());
        }
        assertThrows(NotAvailableException.class, () -> ask("backup-prune"));
        assertEquals(8, service.prunes.size());
        service.report.complete(new PruneReport(List.of(), Map.of()));
        asked.forEach(each -> assertTrue(each.isDone()));
        assertEquals(0L, ask("backup-prune").get("goes"));
    }

    @Test
    void whoDoesNotHaveTheRoleDoesNothing() {
        view = DriverView.NOTHING;
        assertThrows(NotAvailableException.class, () -> begun("state"));
        assertThrows(NotAvailableException.class, () -> ask("backup-drill"));
        assertThrows(NotAvailableException.class, () -> ask("backup-prune"));
        assertThrows(IllegalArgumentException.class, () -> begun("invoices"));
        assertEquals(List.of(), service.prunes);
        assertEquals(List.of(), service.runs);
    }

    @Test
    void whatGoesIsToldFirstAndNotAllIsTold() {
        List<PruneVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            verdicts.add(new PruneVerdict("nas", "kept " + i, true, List.of("the last one")));
        }
        verdicts.add(new PruneVerdict("nas", "old", false, List.of()));
        service.report.complete(new PruneReport(verdicts, Map.of("tape", "it fails: no drive")));
        Map<String, Object> answer = ask("backup-retention");
        assertEquals(1L, answer.get("goes"));
        assertEquals(6_000L, answer.get("stays"));
        assertEquals(1_001, answer.get("leftOut"));
        assertEquals(Map.of("tape", "it fails: no drive"), answer.get("leftAlone"));
        assertEquals("old", ((Map<?, ?>) ((List<?>) answer.get("verdicts")).get(0)).get("backup"));
        ask("backup-prune");
        assertEquals(List.of(true, false), service.prunes);
    }
}
