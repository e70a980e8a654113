package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Why is the cluster as it is? */
@Command(
        name = "explain",
        description =
                "Says why a cluster is as it is: why there is no master, why a node is not ready or not healthy, who"
                        + " holds which role, and what to do.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all is as it should be",
            "1:something waits, or is broken",
            "5:the node was not reached",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood"
        })
final class Explain implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Option(names = "--all", description = "what every node has to say, as far as it is reached, and not only this one")
    private boolean all;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(
                    client,
                    options.address(),
                    "explain",
                    Map.of("all", Boolean.toString(all), "timeoutMillis", options.timeoutOfOthers()));
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean well = true;
        for (JsonNode node : answer.path("nodes")) {
            well &= node.path("reached").asBoolean();
            for (JsonNode finding : node.path("findings")) {
                well &= Text.of(finding.path("state")).equals("OK");
            }
            if (!options.json()) {
                print(out, node);
            }
        }
        if (options.json()) {
            out.println(answer);
        }
        return well ? ExitCodes.WHOLE : ExitCodes.NOT_WELL;
    }

    private static void print(PrintWriter out, JsonNode node) {
        out.printf("%s at %s%n", Text.of(node.path("node")), Text.of(node.path("address")));
        if (!node.path("reached").asBoolean()) {
            out.printf("  not reached: %s%n", Text.of(node.path("problem")));
        }
        for (JsonNode finding : node.path("findings")) {
            out.printf(
                    "  %-8s%s: %s%n",
                    Text.of(finding.path("state")).toLowerCase(Locale.ROOT),
                    Text.of(finding.path("subject")),
                    Text.of(finding.path("reason")));
            String whatToDo = Text.of(finding.path("whatToDo"));
            if (!whatToDo.isEmpty()) {
                out.printf("          what to do: %s%n", whatToDo);
            }
        }
    }
}
