package io.holdfast.core;

import io.holdfast.core.internal.link.Admission;
import io.holdfast.core.internal.link.NodeLinks;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.internal.operator.Json;
import io.holdfast.core.internal.operator.OperatorCalls;
import io.holdfast.core.internal.operator.OperatorCalls.Reply;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemException;
import io.holdfast.core.runtime.NodeRuntime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Has nodes carry out operators' commands, as the {@code ha} command does. It needs an address only: what cluster there is it
 * learns from the node.
 *
 * <pre>{@code
 * try (OperatorClient client = OperatorClient.open()) {
 *     String json = client.ask(Address.parse("10.0.0.1:7400"), "status", Map.of("all", "true"), Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>Safe from any thread. It has threads of its own until it is closed.
 */
public final class OperatorClient implements AutoCloseable {
    private static final long GRACE_MILLIS = 5_000;

    private final NodeRuntime runtime;
    private final NodeLinks links;
    private final OperatorCalls calls;

    private OperatorClient(NodeRuntime runtime, String name, Admission admission) {
        this.runtime = runtime;
        this.links = new NodeLinks(runtime, "", name, false, admission, new SimpleMeterRegistry());
        this.calls = new OperatorCalls(links, runtime.loop(), new Json());
        runtime.loop().run(links::begin);
    }

    /** One without a certificate. */
    public static OperatorClient open() {
        String name = "ha-" + ProcessHandle.current().pid();
        return new OperatorClient(RealRuntime.create(name, TransportConfig.defaults()), name, Admission.open());
    }

    /**
     * One with a certificate, for nodes that speak TLS. Its bearer is known by the first DNS name in it, or by its common name;
     * what he may do the nodes have been told by {@link Tls#operator}.
     *
     * @throws IllegalArgumentException if the files are of no use
     */
    public static OperatorClient open(Tls tls) {
        tls.validate();
        NodeCredentials credentials;
        try {
            credentials = NodeCredentials.load(
                    tls.files(), false, named -> !named.names().isEmpty());
        } catch (PemException useless) {
            throw new IllegalArgumentException("TLS: " + useless.getMessage(), useless);
        }
        String name = credentials.names().stream()
                .filter(each -> each.matches("[A-Za-z0-9._-]{1,64}"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("TLS: none of the names in the certificate, "
                        + credentials.names() + ", has 1 to 64 letters, digits, dots, hyphens and underscores"));
        return new OperatorClient(
                RealRuntime.create("ha", TransportConfig.defaults(), credentials),
                name,
                Admission.certified(tls.operators()));
    }

    /**
     * Has a node carry out a command, once.
     *
     * @param timeout how long to wait at the most, 1 ms to 1 h
     * @return the answer, as JSON
     * @throws NotAvailableException if the node cannot be reached, or cannot do it at present; nothing was done
     * @throws NotAllowedException if the certificate does not give the role that the command needs; nothing was done
     * @throws OutcomeUnknownException if the node was asked, and it takes longer or the connection ends before the answer: it may
     *     have been done, or still be done
     * @throws IllegalArgumentException if the node does not know the command, or not understand the arguments
     * @throws RequestFailedException if the node tried and failed
     */
    public String ask(Address node, String command, Map<String, String> arguments, Duration timeout) {
        long nanos = timeout.toNanos();
        Reply reply;
        try {
            reply = calls.ask(null, node, command, arguments, nanos)
                    .get(timeout.toMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("interrupted while waiting for " + node + " to answer " + command);
        } catch (ExecutionException | TimeoutException e) {
            throw new OutcomeUnknownException("no answer from " + node + " to " + command + ": " + e);
        }
        if (reply.code() == null) {
            throw reply.asked() ? new OutcomeUnknownException(reply.text()) : new NotAvailableException(reply.text());
        }
        return switch (reply.code()) {
            case OK -> reply.text();
            case NOT_ALLOWED -> throw new NotAllowedException(reply.text());
            case UNKNOWN_COMMAND, BAD_ARGUMENTS -> throw new IllegalArgumentException(reply.text());
            case BUSY, NOT_AVAILABLE -> throw new NotAvailableException(reply.text());
            case TIMED_OUT -> throw new OutcomeUnknownException(reply.text());
            case FAILED, OTHER -> throw new RequestFailedException(reply.text());
        };
    }

    /** Ends the connections and threads. Waits for them some seconds at the most. */
    @Override
    public void close() {
        try {
            runtime.loop().run(() -> {
                calls.close();
                links.close();
            });
        } finally {
            runtime.close();
            calls.close(); // again, if the loop never came to it
        }
    }
}
