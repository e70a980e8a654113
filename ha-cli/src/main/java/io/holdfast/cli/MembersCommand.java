package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Who belongs to the cluster, as one node sees it? */
@Command(
        name = "members",
        description =
                "Lists the members of a cluster with gossip, as one node sees them, the dead and those that left for"
                        + " as long as they are remembered.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all are alive, or have left in good order",
            "1:some are suspected or dead",
            "5:the node was not reached",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood, or the node has no gossip"
        })
final class MembersCommand implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(client, options.address(), "members", Map.of());
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean well = true;
        for (JsonNode member : answer.path("members")) {
            String state = Text.of(member.path("state"));
            well &= state.equals("ALIVE") || state.equals("LEFT");
            if (!options.json()) {
                out.printf(
                        "%-8s%-20s %-24s%s%n",
                        state.toLowerCase(Locale.ROOT),
                        Text.of(member.path("node")),
                        Text.of(member.path("address")),
                        details(member));
            }
        }
        if (options.json()) {
            out.println(answer);
        } else {
            out.printf("%d known to %s%n", answer.path("known").asInt(), Text.of(answer.path("node")));
        }
        return well ? ExitCodes.WHOLE : ExitCodes.NOT_WELL;
    }

    private static String details(JsonNode member) {
        List<String> said = new ArrayList<>();
        add(said, "role", Text.of(member.path("role")).toLowerCase(Locale.ROOT));
        String health = Text.of(member.path("health")).toLowerCase(Locale.ROOT);
        add(said, "health", health.equals("up") ? "" : health);
        add(said, "draining", member.path("draining").asBoolean() ? "yes" : "");
        add(said, "zone", Text.of(member.path("zone")));
        member.path("tags").forEach(tag -> add(said, "tag", Text.of(tag)));
        member.path("services")
                .fieldNames()
                .forEachRemaining(name -> add(
                        said,
                        Text.of(TextNode.valueOf(name)),
                        Text.of(member.path("services").path(name))));
        return String.join("  ", said);
    }

    private static void add(List<String> said, String name, String value) {
        if (!value.isEmpty()) {
            said.add(name + " " + value);
        }
    }
}
