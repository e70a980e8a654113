package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** May a node be stopped? */
@Command(
        name = "safe-to-stop",
        description = {
            "Says whether a node may be stopped now, without the cluster losing its quorum or the service ending.",
            "True of the moment: stop one node, wait until it is back, and ask again before the next."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it may be stopped",
            "1:it may not, and the reasons are printed",
            "5:the node that was asked was not reached",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood"
        })
final class SafeToStopCommand implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Parameters(paramLabel = "NODE", description = "the id of the node that would be stopped")
    private String nodeId;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(client, options.address(), "safe-to-stop", Map.of("node", nodeId));
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean safe = answer.path("safe").asBoolean();
        if (options.json()) {
            out.println(answer);
        } else {
            out.printf("%s %s%n", nodeId, safe ? "may be stopped" : "may not be stopped");
            Text.listOf(answer.path("reasons")).forEach(reason -> out.printf("  %s%n", reason));
        }
        return safe ? ExitCodes.WHOLE : ExitCodes.NOT_WELL;
    }
}
