package io.holdfast.autoscale.node;

import io.holdfast.core.NotAllowedException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.NodeControl;
import io.holdfast.core.spi.OperatorCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node that decides has this one do: drain, serve again, leave. Each may be asked twice, and each is refused if it comes under an
 * older token than another one did.
 */
final class NodeSide {
    static final String DRAIN = "scaling-drain";
    static final String LEAVE = "scaling-leave";

    private static final Logger LOG = LoggerFactory.getLogger(NodeSide.class);

    private final String node;
    private final Supplier<NodeControl> control;
    private final Clock clock;
    private final Worker worker;
    private final DoubleSupplier inFlight;
    private long highest; // guarded by this, as all that follows
    private long drainsSince;
    private boolean drains;
    private boolean leaves;
    private String stays = "";

    NodeSide(String node, Supplier<NodeControl> control, Clock clock, Worker worker, DoubleSupplier inFlight) {
        this.node = node;
        this.control = control;
        this.clock = clock;
        this.worker = worker;
        this.inFlight = inFlight;
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
        highest = value;
    }

    /** The source of what is in flight is the user's, and is not asked on the thread that serves operators. */
    CompletionStage<Map<String, Object>> drain(Map<String, String> arguments) {
        check(arguments);
        boolean is = Boolean.parseBoolean(arguments.getOrDefault("is", "true"));
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        worker.execute(() -> {
            try {
                answer.complete(drained(is));
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        return answer;
    }

    private synchronized Map<String, Object> drained(boolean is) {
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
        said.put("inFlight", inFlight.getAsDouble());
        return said;
    }

    /** True while it drains since it was asked to here. */
    synchronized boolean drains() {
        return drains && control.get().isDraining();
    }

    /** A node that does not drain stays: it was started anew since it did, and has new requests. */
    synchronized CompletionStage<Map<String, Object>> leave(Map<String, String> arguments) {
        check(arguments);
        if (!leaves && !drains()) {
            return CompletableFuture.completedFuture(
                    Map.of("leaving", false, "draining", false, "reason", "it does not drain"));
        }
        if (!leaves) {
            leaves = true;
            stays = "";
            LOG.info("{}: leaves the cluster, since fewer nodes are wanted", node);
            CompletionStage<?> unused = control.get().leave().whenComplete((left, failure) -> {
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
        return CompletableFuture.completedFuture(said);
    }

    private synchronized void stayed(Throwable failure) {
        @Nullable String message = failure.getMessage();
        stays = message == null ? failure.toString() : message;
        LOG.warn("{}: does not leave the cluster: {}", node, stays);
    }
}
