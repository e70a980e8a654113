package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes another node the master. */
@Command(
        name = "transfer",
        description =
                "Makes another node the master, in good order: the old master's callbacks end before the new one's begin."
                        + " Which node is the master is asked of --node; the command then goes to that one.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "5:a node was not reached, there is no master, or the other node cannot be master: nothing has changed",
            "6:not allowed: it needs the role OPERATE",
            "7:it was tried, and failed",
            "8:not known to be done within the time-out",
            "64:the command was not understood"
        })
final class Transfer implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(30);

    @Option(names = "--to", paramLabel = "NODE", defaultValue = "", description = "by default whoever suits best")
    private String to = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            JsonNode status = Whereabouts.status(options, client);
            String master = Status.master(status);
            if (master.isEmpty()) {
                throw new NotAvailableException("no master is known; ha explain says why");
            }
            answer = options.ask(
                    client, Whereabouts.of(master, status, options), "transfer-mastership", Map.of("to", to));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            out.println(answer);
        } else {
            out.printf(
                    "%s is the master, and %s is not any more%n",
                    Text.of(answer.path("master")), Text.of(answer.path("from")));
        }
        return ExitCodes.WHOLE;
    }
}
