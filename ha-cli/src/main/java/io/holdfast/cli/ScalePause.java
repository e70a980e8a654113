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

/** Pauses scaling. */
@Command(
        name = "pause",
        description =
                "Has nothing new begun until `ha scale resume`, on whatever node decides, also after that one died. What has been begun goes on, and decisions are shown.",
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
final class ScalePause implements Callable<Integer> {
    @Option(
            names = "--by",
            paramLabel = "TEXT",
            description = "who pauses it, and why: shown to everybody; the name of the user by default")
    private String by = System.getProperty("user.name", "an operator");

    @Mixin
    private final NodeOptions options = new NodeOptions(15);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.ask(client, options.address(), "scaling-pause", Map.of("by", by));
        }
        if (options.json()) {
            spec.commandLine().getOut().println(answer);
        } else {
            spec.commandLine().getOut().printf("scaling is paused, as %s decides%n", Text.of(answer.path("node")));
        }
        return ExitCodes.WHOLE;
    }
}
