package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Why there are as many nodes as there are. */
@Command(
        name = "explain",
        description = {
            "The last decisions of the node that decides, oldest first: the load they rest on, what each policy would have, which limits"
                    + " changed that, and what came of it. Any node may be asked."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:shown",
            "3:shown, and the target fails",
            "5:no node that decides on scaling was reached",
            "7:the node tried, and failed",
            "8:no answer came within the time-out",
            "64:the command was not understood"
        })
final class ScaleExplain implements Callable<Integer> {
    @Option(
            names = "--last",
            paramLabel = "N",
            description = "how many decisions, 1 to 100; ${DEFAULT-VALUE} by default")
    private int last = 10;

    @Option(names = "--changes", description = "only those by which another number of nodes is wanted")
    private boolean changes;

    @Mixin
    private final NodeOptions options = new NodeOptions(15);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (last < 1 || last > 100) {
            throw new ParameterException(spec.commandLine(), "--last is " + last + "; use 1 to 100");
        }
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(client, options.address(), "scaling", Map.of("last", Integer.toString(last)));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            for (JsonNode decision : answer.path("decisions")) { // a line each: what replay reads
                out.println(decision);
            }
        } else {
            ScaleShow.print(out, answer);
            answer.path("decisions").forEach(decision -> print(out, decision));
        }
        if (!answer.path("decides").asBoolean()) {
            return ExitCodes.NOT_REACHED;
        }
        return answer.path("trouble").asText().isEmpty() ? ExitCodes.WHOLE : ExitCodes.UNREADABLE;
    }

    private void print(PrintWriter out, JsonNode decision) {
        int from = decision.path("from").asInt();
        int to = decision.path("to").asInt();
        if (changes && from == to) {
            return;
        }
        out.printf(
                "%n%s  %s%n",
                Text.of(decision.path("at")),
                from == to
                        ? "stays at " + to
                        : from + " -> " + to + (decision.path("applied").asBoolean() ? "" : " (only shown)"));
        out.printf(
                "  load    %d ready, %d on their way",
                decision.path("ready").asInt(), decision.path("warming").asInt());
        decision.path("metrics")
                .properties()
                .forEach(metric -> out.printf(
                        ", %s %.3f on %d",
                        metric.getKey(),
                        metric.getValue().path("sum").asDouble()
                                / Math.max(1, metric.getValue().path("reported").asInt()),
                        metric.getValue().path("reported").asInt()));
        out.println();
        for (JsonNode wish : decision.path("wishes")) {
            out.printf(
                    "  wish    %s: %s%s%n",
                    Text.of(wish.path("policy")),
                    wish.path("kind").asText().equals("NODES")
                            ? wish.path("nodes").asInt() + " nodes, "
                            : wish.path("kind").asText() + ", ",
                    Text.of(wish.path("reason")));
        }
        decision.path("limits").forEach(limit -> out.printf("  limit   %s%n", Text.of(limit)));
    }
}
