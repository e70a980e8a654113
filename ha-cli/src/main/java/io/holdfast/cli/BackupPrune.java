package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.Address;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Throws away what the layers' policies let go. */
@Command(
        name = "prune",
        description = {
            "Has the node that does the backups throw away, soon, what the policy of each layer lets go, and says what that is and why each"
                    + " other stays. Which node that is is asked of --node.",
            "It says also that the wall clock is right: after that was set, nothing is thrown away for a day unless somebody says so."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it goes soon, or nothing does; with --dry-run: it would",
            "3:the same, but for layers that are not in use now, which are named: nothing goes there because of this",
            "5:no node that does the backups was reached; nothing goes because of this",
            "6:not allowed: it needs the role OPERATE, or READ with --dry-run",
            "7:the node tried, and failed",
            "8:the node was asked, and no answer came within the time-out, or the connection ended before it: it may go",
            "64:the command was not understood"
        })
final class BackupPrune implements Callable<Integer> {
    @Option(names = "--dry-run", description = "only says what would go, and why each other stays")
    private boolean dryRun;

    @Mixin
    private final NodeOptions options = new NodeOptions(120);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            Address holder = Whereabouts.holder(BackupTask.ROLE, options, client);
            answer = dryRun
                    ? options.read(client, holder, "backup-retention", Map.of())
                    : options.ask(client, holder, "backup-prune", Map.of());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            out.println(answer);
        } else {
            print(out, answer);
        }
        return answer.path("leftAlone").isEmpty() ? ExitCodes.WHOLE : ExitCodes.UNREADABLE;
    }

    private void print(PrintWriter out, JsonNode answer) {
        for (JsonNode verdict : answer.path("verdicts")) {
            out.printf(
                    "%-9s %s in %s%s%n",
                    verdict.path("keep").asBoolean() ? "stays" : dryRun ? "would go" : "goes",
                    Text.of(verdict.path("backup")),
                    Text.of(verdict.path("layer")),
                    verdict.path("reasons").isEmpty()
                            ? ""
                            : ": " + String.join("; ", Text.listOf(verdict.path("reasons"))));
        }
        if (answer.path("leftOut").asLong() > 0) {
            out.printf("and %d more%n", answer.path("leftOut").asLong());
        }
        answer.path("leftAlone")
                .properties()
                .forEach(layer -> out.printf("unused    %s: %s%n", layer.getKey(), Text.of(layer.getValue())));
        out.printf(
                "%d %s, %d stay, as %s says%n",
                answer.path("goes").asLong(),
                dryRun ? "would go" : "go",
                answer.path("stays").asLong(),
                Text.of(answer.path("node")));
    }
}
