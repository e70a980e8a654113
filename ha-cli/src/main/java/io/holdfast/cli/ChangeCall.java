package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What adding, removing and replacing voters and finishing an upgrade have in common. */
final class ChangeCall {
    @Option(names = "--dry-run", description = "only say what would be done now, or why not")
    private boolean dryRun;

    /**
     * Has voters changed, and says so.
     *
     * @param added a node, or empty
     * @param removed a node, or empty
     * @param address where the added one has to be reached; empty for anywhere
     * @return the exit code
     */
    int run(NodeOptions options, CommandSpec spec, String added, String removed, String address) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("add", added);
        arguments.put("remove", removed);
        arguments.put("address", address);
        return run(options, spec, "voters-change", arguments);
    }

    /** Has that done, and says so; returns the exit code. */
    int run(NodeOptions options, CommandSpec spec, String command, Map<String, String> given) {
        Map<String, String> arguments = new LinkedHashMap<>(given);
        arguments.put("dryRun", Boolean.toString(dryRun));
        // The node's answer is to come before this command gives up.
        arguments.put(
                "timeoutMillis", Long.toString(Math.max(500, options.timeout().toMillis() - 2_000)));
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.ask(client, options.address(), command, arguments);
        }
        PrintWriter out = spec.commandLine().getOut();
        String outcome = Text.of(answer.path("outcome"));
        if (options.json()) {
            out.println(answer);
        } else {
            out.printf("%s: %s%n", said(outcome), Text.of(answer.path("detail")));
            if (given.containsKey("add") && !answer.path("voters").isEmpty()) {
                out.printf("the voters are %s%n", String.join(", ", Text.listOf(answer.path("voters"))));
            }
        }
        return code(outcome);
    }

    private static String said(String outcome) {
        return switch (outcome) {
            case "DONE" -> "done";
            case "ALREADY" -> "nothing to do";
            case "POSSIBLE" -> "it would be done";
            case "REFUSED" -> "refused, and nothing has changed";
            case "UNKNOWN" -> "not known to be done";
            default -> "not done, and nothing has changed";
        };
    }

    private static int code(String outcome) {
        return switch (outcome) {
            case "DONE", "ALREADY", "POSSIBLE" -> ExitCodes.WHOLE;
            case "REFUSED" -> ExitCodes.NOT_WELL;
            case "UNKNOWN" -> ExitCodes.UNKNOWN;
            default -> ExitCodes.NOT_REACHED;
        };
    }
}
