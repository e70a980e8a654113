package io.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.core.Tls;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What all commands take that talk to a running node. */
final class NodeOptions {
    static final String NODE_DEFAULT = "127.0.0.1:7400";

    @Option(
            names = "--node",
            paramLabel = "HOST:PORT",
            defaultValue = NODE_DEFAULT,
            description = "any node of the cluster; by default ${DEFAULT-VALUE}")
    private String node = NODE_DEFAULT;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "how long to wait, 1 to 3600; by default 5, and 30 where something is changed")
    private int timeoutSeconds;

    @Option(names = "--json", description = "JSON instead of text")
    private boolean json;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "your certificate and its chain, PEM; for nodes that speak TLS")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "its private key, PEM")
    private @Nullable Path key;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "the authorities that signed the nodes' certificates, PEM")
    private @Nullable Path authorities;

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    NodeOptions(int defaultTimeoutSeconds) {
        this.timeoutSeconds = defaultTimeoutSeconds;
    }

    boolean json() {
        return json;
    }

    Duration timeout() {
        if (timeoutSeconds < 1 || timeoutSeconds > 3_600) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout " + timeoutSeconds + " is not within 1 to 3600 seconds");
        }
        return Duration.ofSeconds(timeoutSeconds);
    }

    Address address() {
        try {
            return Address.parse(node);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--node " + e.getMessage());
        }
    }

    /** Others are given less time than whoever asks has. */
    String timeoutOfOthers() {
        return Long.toString(Math.max(200, Math.min(2_000, timeout().toMillis() / 2)));
    }

    OperatorClient open() {
        if (certificate == null && key == null && authorities == null) {
            return OperatorClient.open();
        }
        if (certificate == null || key == null || authorities == null) {
            throw new ParameterException(spec.commandLine(), "--cert, --key and --ca go together");
        }
        try {
            return OperatorClient.open(Tls.pem(certificate, key, authorities));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * Asks the node for a list of the log's nodes, and shows it.
     *
     * @param list what the list is called in the answer; empty at a node that is part of no cluster yet
     * @return the exit code
     */
    int show(String command, String list, BiConsumer<PrintWriter, JsonNode> print) {
        JsonNode answer;
        try (OperatorClient client = open()) {
            answer = read(client, address(), command, Map.of());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer);
        } else if (answer.path(list).isEmpty()) {
            out.printf("%s is part of no cluster yet%n", Text.of(answer.path("by")));
        } else {
            print.accept(out, answer);
        }
        return answer.path(list).isEmpty() ? ExitCodes.NOT_REACHED : ExitCodes.WHOLE;
    }

    /**
     * As {@link #ask}, for what changes nothing: there, no answer is the same as nobody who was asked.
     *
     * @throws NotAvailableException if there is no answer
     */
    JsonNode read(OperatorClient client, Address address, String command, Map<String, String> arguments) {
        try {
            return ask(client, address, command, arguments);
        } catch (OutcomeUnknownException unanswered) {
            throw new NotAvailableException(String.valueOf(unanswered.getMessage()));
        }
    }

    /** Asks the node, and nobody else. */
    JsonNode ask(OperatorClient client, Address address, String command, Map<String, String> arguments) {
        String answer = client.ask(address, command, arguments, timeout());
        try {
            return new ObjectMapper().readTree(answer);
        } catch (JsonProcessingException e) {
            throw new RequestFailedException(address + " answered what is no JSON; it may be of another release");
        }
    }
}
