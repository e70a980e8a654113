package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Proves a layer by restoring from it. */
@Command(
        name = "drill",
        description = {
            "Has the node that does the backups restore the replicated state from a layer into a scratch place, compare what comes of"
                    + " it with the state of the cluster, and remove it again; of another source its check says what comes of it. Which"
                    + " node that is is asked of --node.",
            "When this is interrupted, the drill goes on."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:proven, or restored where there is nothing to compare with; with --no-wait: begun",
            "2:what is in the layer could not be restored, or is not what the cluster has",
            "5:no node that does the backups was reached, it has lost that role since, or no drill could begin within an hour",
            "6:not allowed: it needs the role OPERATE",
            "7:it could not be tried: no room, not in time, or the layer failed",
            "8:it was begun, or may have been, and is not known to be done: no answer came, the node is not reached any more, or --wait is over",
            "64:the command was not understood, or there is no such layer or source"
        })
final class BackupDrill implements Callable<Integer> {
    @Option(
            names = "--source",
            paramLabel = "NAME",
            defaultValue = "state",
            description = "whose backup; by default the replicated state's. Others need a check, Backups.drill(...)")
    private String source = "state";

    @Option(names = "--layer", paramLabel = "NAME", defaultValue = "", description = "by default whose turn it is")
    private String layer = "";

    @Mixin
    private final NodeOptions options = new NodeOptions(30);

    @Mixin
    private final BackupTask task = new BackupTask();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<JsonNode> ends =
                task.run(options, spec, "backup-drill", Map.of("source", source, "layer", layer), BackupDrill::print);
        boolean good = ends.stream().allMatch(end -> isGood(end.path("result")));
        return BackupTask.code(ends, good ? ExitCodes.WHOLE : ExitCodes.DAMAGED);
    }

    private static boolean isGood(JsonNode drill) {
        String outcome = Text.of(drill.path("outcome"));
        return outcome.equals("PROVEN") || outcome.equals("RESTORED");
    }

    private static void print(PrintWriter out, JsonNode end) {
        JsonNode drill = end.path("result");
        if (!Text.of(end.path("state")).equals("done")) {
            out.printf("failed    %s%n", Text.of(end.path("detail")));
            return;
        }
        out.printf(
                "%-9s %s in %s%s, in %s: %s%n",
                isGood(drill) ? Text.of(drill.path("outcome")).toLowerCase(Locale.ROOT) : "wrong",
                Text.of(drill.path("source")),
                Text.of(drill.path("layer")),
                drill.path("index").asLong() == 0
                        ? ""
                        : " up to entry " + drill.path("index").asLong() + " of the log " + Text.of(drill.path("log")),
                Units.time(Duration.ofMillis(drill.path("tookMillis").asLong())),
                Text.of(drill.path("detail")));
    }
}
