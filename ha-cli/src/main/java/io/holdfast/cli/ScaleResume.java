package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ends a pause of scaling. */
@Command(
        name = "resume",
        description = "Has scaling go on.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done, and kept in the log where there is one",
            "5:no node that decides on scaling was reached: nothing has changed",
            "6:not allowed: it needs the role OPERATE",
            "7:it was tried, and failed",
            "8:not known to be done within the time-out",
            "64:the command was not understood"
        })
final class ScaleResume implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(15);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.ask(client, options.address(), "scaling-resume", Map.of());
        }
        if (options.json()) {
            spec.commandLine().getOut().println(answer);
        } else {
            spec.commandLine().getOut().printf("scaling goes on, as %s decides%n", Text.of(answer.path("node")));
        }
        return ExitCodes.WHOLE;
    }
}
