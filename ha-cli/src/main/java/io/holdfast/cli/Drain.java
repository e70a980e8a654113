package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a node get no new requests. */
@Command(
        name = "drain",
        description =
                "Tells all balancers to send that node nothing new, for maintenance or before it stops. It stays a member,"
                        + " keeps its vote and its roles, and is not ready until --end.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "5:the node was not reached: nothing has changed",
            "6:not allowed: it needs the role OPERATE",
            "7:it was tried, and failed",
            "8:not known to be done within the time-out",
            "64:the command was not understood"
        })
final class Drain implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(10);

    @Option(names = "--end", description = "balancers send it requests again")
    private boolean end;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.ask(client, options.address(), "drain", Map.of("draining", Boolean.toString(!end)));
        }
        if (options.json()) {
            spec.commandLine().getOut().println(answer);
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            end ? "%s gets requests again%n" : "%s gets no new requests%n",
                            Text.of(answer.path("node")));
        }
        return ExitCodes.WHOLE;
    }
}
