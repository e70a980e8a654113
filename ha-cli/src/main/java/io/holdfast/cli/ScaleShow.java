package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** How many nodes there are to be, and how far they are. */
@Command(
        name = "show",
        description = "How many nodes there are to be, how far each is, and what is being done. Any node may be asked.",
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
final class ScaleShow implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(15);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(client, options.address(), "scaling", Map.of("last", "0"));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            out.println(answer);
        } else {
            print(out, answer);
        }
        if (!answer.path("decides").asBoolean()) {
            return ExitCodes.NOT_REACHED;
        }
        return answer.path("trouble").asText().isEmpty() ? ExitCodes.WHOLE : ExitCodes.UNREADABLE;
    }

    static void print(PrintWriter out, JsonNode answer) {
        line(out, "nothing is decided", answer.path("recordTrouble"));
        if (!answer.path("decides").asBoolean()) {
            if (answer.path("recordTrouble").asText().isEmpty()) {
                out.printf(
                        "%s does not decide on scaling, and knows of nobody who does%n", Text.of(answer.path("node")));
            }
            return;
        }
        out.printf(
                "%d nodes are wanted, of %d to %d on %s, as %s decides%s%n",
                answer.path("wanted").asInt(),
                answer.path("min").asInt(),
                answer.path("max").asInt(),
                Text.of(answer.path("target")),
                Text.of(answer.path("node")),
                answer.path("acts").asBoolean() ? "" : "; nothing is done about it");
        line(out, "paused by", answer.path("pausedBy"));
        line(out, "being done", answer.path("action"));
        line(out, "waits for", answer.path("waitsFor"));
        line(out, "the target fails", answer.path("trouble"));
        int width = 4;
        for (Map.Entry<String, JsonNode> node : answer.path("nodes").properties()) {
            width = Math.max(width, node.getKey().length());
        }
        out.printf("%-" + width + "s  STAGE%n", "NODE");
        for (Map.Entry<String, JsonNode> node : answer.path("nodes").properties()) {
            out.printf("%-" + width + "s  %s%n", node.getKey(), Text.of(node.getValue()));
        }
    }

    private static void line(PrintWriter out, String what, JsonNode value) {
        if (!value.asText().isEmpty()) {
            out.printf("%s: %s%n", what, Text.of(value));
        }
    }
}
