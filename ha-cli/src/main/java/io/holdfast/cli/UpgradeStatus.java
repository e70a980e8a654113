package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which level the log is at, and which each node supports. */
@Command(
        name = "status",
        description =
                "Shows the level of the log, which level each node supports, and whether the upgrade can be finished.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:shown",
            "5:the node that was asked was not reached, or is part of no cluster yet",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood"
        })
final class UpgradeStatus implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Override
    public Integer call() {
        return options.show("upgrade", "nodes", UpgradeStatus::print);
    }

    private static void print(PrintWriter out, JsonNode answer) {
        String by = Text.of(answer.path("by"));
        out.printf("the log is at level %s, as %s says%n", Text.of(answer.path("level")), by);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NODE", "SUPPORTS"));
        for (JsonNode node : answer.path("nodes")) {
            int supports = node.path("supports").asInt();
            rows.add(List.of(Text.of(node.path("node")), supports == 0 ? "not heard" : Integer.toString(supports)));
        }
        Text.table(out, rows);
        out.printf("%s: %s%n", said(Text.of(answer.path("outcome"))), Text.of(answer.path("detail")));
    }

    private static String said(String outcome) {
        return switch (outcome) {
            case "POSSIBLE" -> "the upgrade can be finished (ha upgrade finish)";
            case "ALREADY" -> "there is nothing to finish";
            default -> "the upgrade cannot be finished now";
        };
    }
}
