package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a backup now. */
@Command(
        name = "run",
        description = {
            "Has the node that does the backups make one of a source now, or one of each, and waits for it. Which node that is"
                    + " is asked of --node. When this is interrupted, the backup goes on.",
            "It is done when it is in one layer; the others get copies."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done; with --no-wait: begun",
            "5:no node that does the backups was reached, or it has lost that role before the backup was made",
            "6:not allowed: it needs the role OPERATE",
            "7:a backup failed",
            "8:it was begun, or may have been, and is not known to be done: no answer came, the node is not reached any more, or --wait is over",
            "64:the command was not understood, or there is no such source"
        })
final class BackupRun implements Callable<Integer> {
    @Parameters(paramLabel = "SOURCE", description = "its name, such as state; all for each of them")
    private String source = "";

    @Mixin
    private final NodeOptions options = new NodeOptions(30);

    @Mixin
    private final BackupTask task = new BackupTask();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<JsonNode> ends = task.run(options, spec, "backup-run", Map.of("source", source), BackupRun::print);
        return BackupTask.code(ends, ExitCodes.WHOLE);
    }

    private static void print(PrintWriter out, JsonNode end) {
        JsonNode made = end.path("result");
        if (Text.of(end.path("state")).equals("done")) {
            out.printf(
                    "made      %s of %s in %s, %s%n",
                    Text.of(made.path("backup")),
                    Text.of(end.path("subject")),
                    Text.of(made.path("layer")),
                    Units.bytes(made.path("storedBytes").asLong()));
            Text.listOf(made.path("remarks")).forEach(remark -> out.printf("remark    %s%n", remark));
        } else {
            out.printf("failed    %s: %s%n", Text.of(end.path("subject")), Text.of(end.path("detail")));
        }
    }
}
