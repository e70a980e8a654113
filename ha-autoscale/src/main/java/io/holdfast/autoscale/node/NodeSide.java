package io.holdfast.autoscale.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAllowedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.NodeControl;
import io.holdfast.core.spi.OperatorCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node that decides has this one do: drain, serve again, leave. Each may be asked twice, and each is refused if it comes under an
 * older token than another one did, or a token that no master is known to have. Safe from any thread.
 */
final class NodeSide {
    static final String DRAIN = "scaling-drain";
    static final String LEAVE = "scaling-leave";

    private static final Logger LOG = LoggerFactory.getLogger(NodeSide.class);

    /** Less than the one that decides waits. */
    private static final long IN_FLIGHT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String node;
    private final Supplier<NodeControl> control;
    private final Clock clock;
    private final Worker worker;
    private final DoubleSupplier inFlight;
    private final Supplier<Optional<FencingToken>> announced;
    private final OpenAnswers open;
    private final Queue<CompletableFuture<Double>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asks = new AtomicBoolean();
    private long highest; // guarded by this, as all that follows
    private long drainsSince;
    private boolean drains;
    private boolean leaves;
    private String stays = "";

    /**
     * Nobody has asked it for anything yet.
     *
     * @param inFlight how many requests the node has; negative if that is not known; may hang; asked on the worker's thread
     * @param announced under which token the master decides that this node has heard of last; empty if none is known
     */
    NodeSide(
            String node,
            Supplier<NodeControl> control,
            Clock clock,
            Worker worker,
            DoubleSupplier inFlight,
            Supplier<Optional<FencingToken>> announced,
            OpenAnswers open) {
        this.node = node;
        this.control = control;
        this.clock = clock;
        this.worker = worker;
        this.inFlight = inFlight;
        this.announced = announced;
        this.open = open;
    }

    List<OperatorCommand> commands() {
        return List.of(
                new OperatorCommand(DRAIN, OperatorRole.OPERATE, true, this::drain),
                new OperatorCommand(LEAVE, OperatorRole.OPERATE, true, this::leave));
    }

    private synchronized void check(Map<String, String> arguments) {
        String token = arguments.getOrDefault("token", "");
        if (!token.matches("\\d{1,19}")) {
            throw new IllegalArgumentException("token is \"" + token + "\"; write the number of a token");
        }
        long value = Long.parseLong(token);
        if (value < highest) {
            throw new NotAllowedException(node + " was asked under the token " + value + ", and has been asked under "
                    + highest + " already: another node decides by now");
        }
        announced.get().filter(last -> value > last.value()).ifPresent(last -> {
            throw new NotAvailableException(node + " was asked under the token " + value
                    + ", and has not heard yet of a master later than that of " + last.value() + "; ask again");
        });
        highest = value;
    }

    /**
     * The source of what is in flight is the user's, and may hang: what it says is waited for only for a while, and without holding up any
     * other command.
     */
    CompletionStage<Map<String, Object>> drain(Map<String, String> arguments) {
        Map<String, Object> said;
        try {
            said = drained(arguments);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        CompletableFuture<Double> asked = open.open(IN_FLIGHT_LIMIT_NANOS, late -> late.complete(-1.0));
        waiting.add(asked);
        CompletionStage<Map<String, Object>> answer = asked.whenComplete(
                        (value, failure) -> waiting.removeIf(CompletableFuture::isDone))
                .thenApply(value -> {
                    said.put("inFlight", value);
                    return said;
                });
        if (asks.compareAndSet(false, true)) {
            worker.execute(() -> {
                asks.set(false);
                double value = inFlight.getAsDouble();
                waiting.forEach(one -> one.complete(value));
            });
        }
        return answer;
    }

    private synchronized Map<String, Object> drained(Map<String, String> arguments) {
        check(arguments);
        boolean is = Boolean.parseBoolean(arguments.getOrDefault("is", "true"));
        NodeControl own = control.get();
        boolean goesOn = drains && own.isDraining();
        own.drain(is);
        long now = clock.nanoTime();
        if (is && !goesOn) {
            drainsSince = now;
        }
        drains = is;
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("draining", own.isDraining());
        said.put("forMillis", is ? TimeUnit.NANOSECONDS.toMillis(now - drainsSince) : 0);
        return said;
    }

    /** True while it drains since it was asked to here. */
    synchronized boolean drains() {
        return drains && control.get().isDraining();
    }

    /** A node that does not drain stays: it was started anew since it did, and has new requests. */
    CompletionStage<Map<String, Object>> leave(Map<String, String> arguments) {
        try {
            return CompletableFuture.completedFuture(left(arguments));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private synchronized Map<String, Object> left(Map<String, String> arguments) {
        check(arguments);
        if (!leaves && !drains()) {
            return Map.of("leaving", false, "draining", false, "reason", "it does not drain");
        }
        if (!leaves) {
            stays = "";
            CompletionStage<Void> leaving = control.get().leave();
            leaves = true;
            LOG.info("{}: leaves the cluster, since fewer nodes are wanted", node);
            CompletionStage<?> unused = leaving.whenComplete((left, failure) -> {
                if (failure != null) {
                    stayed(failure);
                }
            });
        }
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("leaving", stays.isEmpty());
        said.put("draining", true);
        said.put("reason", stays);
        if (!stays.isEmpty()) {
            leaves = false; // it may be asked again
        }
        return said;
    }

    private synchronized void stayed(Throwable failure) {
        @Nullable String message = failure.getMessage();
        stays = message == null ? failure.toString() : message;
        LOG.warn("{}: does not leave the cluster: {}", node, stays);
    }
}
