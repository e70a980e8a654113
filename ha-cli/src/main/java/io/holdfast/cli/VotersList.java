package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Who votes, and who gets the log beside. */
@Command(
        name = "list",
        description = "Shows who votes, how many are to, and who gets the log beside, and how far behind each is.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:shown",
            "5:the node that was asked was not reached, or is part of no cluster yet",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood"
        })
final class VotersList implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Override
    public Integer call() {
        return options.show("voters", "members", VotersList::print);
    }

    private static void print(PrintWriter out, JsonNode answer) {
        String by = Text.of(answer.path("by"));
        int wanted = answer.path("wanted").asInt();
        out.printf(
                "as %s says, since index %s%s%n",
                by, Text.of(answer.path("index")), wanted > 0 ? "; voters wanted: " + wanted : "");
        if (answer.path("changing").asBoolean()) {
            out.println("a change is under way: two majorities have to agree");
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NODE", "ADDRESS", "STATE", "REACHED", "CAUGHT UP", "BEHIND"));
        for (JsonNode member : answer.path("members")) {
            rows.add(List.of(
                    Text.of(member.path("node")),
                    Text.of(member.path("address")),
                    Text.of(member.path("state")).toLowerCase(Locale.ROOT),
                    member.path("reachable").asBoolean() ? "yes" : "no",
                    member.path("caughtUp").asBoolean() ? "yes" : "no",
                    member.path("lag").asLong() < 0 ? "unknown" : Text.of(member.path("lag"))));
        }
        Text.table(out, rows);
    }
}
