package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import io.holdfast.core.OutcomeUnknownException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    private static final long SHORTEST_WAIT_MILLIS = 500;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    @Option(names = "--no-wait", description = "only begins it; what comes of it is in the node's log and metrics")
    private boolean noWait;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "86400",
            description = "how long to wait for the end, 1 to 604800; by default a day. It goes on after that")
    private int waitSeconds = 86_400;

    /**
     * Has the node that does the backups begin something, and waits for all that it has begun.
     *
     * @param print what came of one, as text
     * @return what came of each, as the node says it; empty if nothing was waited for
     * @throws NotAvailableException if nothing was begun, or the node has lost the role
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
            for (JsonNode task : begun.path("tasks")) {
                JsonNode end = await(options, client, holder, Text.of(task.path("task")), progress);
                progress.end();
                if (options.json()) {
                    out.println(end);
                } else {
                    print.accept(out, end);
                }
                out.flush();
                ends.add(end);
            }
            return ends;
        }
    }

    private JsonNode await(
            NodeOptions options, OperatorClient client, Address holder, String task, ProgressLine progress) {
        long deadline = System.nanoTime() + waitSeconds * 1_000_000_000L;
        long wait = SHORTEST_WAIT_MILLIS;
        while (true) {
            Map<String, String> arguments = new LinkedHashMap<>();
            arguments.put("task", task);
            arguments.put(
                    "waitMillis", Long.toString(Math.min(wait, options.timeout().toMillis() / 2)));
            JsonNode stands;
            try {
                stands = options.ask(client, holder, "backup-task", arguments);
            } catch (NotAvailableException lost) {
                throw new OutcomeUnknownException(
                        "it was begun, and what comes of it is not known: " + lost.getMessage());
            }
            String state = Text.of(stands.path("state"));
            if (!state.equals("waiting") && !state.equals("running")) {
                return stands;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new OutcomeUnknownException(
                        "it is not over after " + waitSeconds + " s, and goes on at " + Text.of(stands.path("node")));
            }
            progress.at(
                    line(stands),
                    stands.path("bytes").asLong(),
                    stands.path("ofBytes").asLong());
            wait = Math.min(LONGEST_WAIT_MILLIS, wait + wait / 2);
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
