package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import io.holdfast.core.OutcomeUnknownException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a node has begun about backups, and waiting for its end, which may take hours. */
final class BackupTask {
    /** Whose holder does the work. */
    static final String ROLE = "holdfast.backup";

    @Option(names = "--no-wait", description = "only begins it; what comes of it is in the node's log and metrics")
    private boolean noWait;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "86400",
            description = "how long to wait for the end of all, 1 to 604800; by default a day. It goes on after that")
    private int waitSeconds = 86_400;

    /**
     * Has the node that does the backups begin something, and waits for all that it has begun.
     *
     * @param print what came of one, as text
     * @return what came of each, as the node says it; empty if nothing was waited for
     * @throws NotAvailableException if nothing was begun
     * @throws OutcomeUnknownException if something may have been begun, and its end is not known; how the others ended has been printed
     */
    List<JsonNode> run(
            NodeOptions options,
            CommandSpec spec,
            String command,
            Map<String, String> arguments,
            BiConsumer<PrintWriter, JsonNode> print) {
        if (waitSeconds < 1 || waitSeconds > 604_800) {
            throw new ParameterException(
                    spec.commandLine(), "--wait " + waitSeconds + " is not within 1 to 604800 seconds");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (OperatorClient client = options.open()) {
            Address holder = Whereabouts.holder(ROLE, options, client);
            JsonNode begun = options.ask(client, holder, command, arguments);
            if (noWait) {
                out.println(options.json() ? begun : "begun by " + Text.of(begun.path("node")));
                return List.of();
            }
            List<JsonNode> ends = new ArrayList<>();
            ProgressLine progress =
                    new ProgressLine(spec.commandLine().getErr(), ProgressLine.isTerminal() && !options.json());
            TaskWait wait = new TaskWait(
                    asked -> options.ask(client, holder, "backup-task", asked),
                    options.timeout().toMillis(),
                    System::nanoTime,
                    BackupTask::pause,
                    waitSeconds * 1_000L);
            List<String> unknown = new ArrayList<>();
            for (JsonNode task : begun.path("tasks")) {
                JsonNode end;
                try {
                    end = wait.end(
                            Text.of(task.path("task")),
                            stands -> progress.at(
                                    line(stands),
                                    stands.path("bytes").asLong(),
                                    stands.path("ofBytes").asLong()),
                            trouble -> progress.at("no answer: " + trouble, 0, 0));
                } catch (OutcomeUnknownException late) { // the others' ends are worth knowing all the same
                    unknown.add(Text.of(task.path("what")) + " " + Text.of(task.path("subject")) + ": "
                            + late.getMessage());
                    continue;
                } finally {
                    progress.end();
                }
                if (options.json()) {
                    out.println(end);
                } else {
                    print.accept(out, end);
                }
                out.flush();
                ends.add(end);
            }
            if (!unknown.isEmpty()) {
                throw new OutcomeUnknownException(String.join("; ", unknown));
            }
            return ends;
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("it was begun, and waiting for it was interrupted");
        }
    }

    private static String line(JsonNode stands) {
        String subject = Text.of(stands.path("subject"));
        String what = Text.of(stands.path("what")) + (subject.isEmpty() ? "" : " " + subject);
        return stands.has("layer")
                ? what + " in " + Text.of(stands.path("layer"))
                : what + " at " + Text.of(stands.path("node")) + " waits for its turn";
    }

    /** The worst of what came of all. */
    static int code(List<JsonNode> ends, int ofBadResult) {
        int worst = ExitCodes.WHOLE;
        for (JsonNode end : ends) {
            int code =
                    switch (Text.of(end.path("state"))) {
                        case "done" -> ofBadResult;
                        case "gone" -> ExitCodes.NOT_REACHED;
                        default -> ExitCodes.FAILED;
                    };
            worst = Math.max(worst, code);
        }
        return worst;
    }
}
