package io.holdfast.loadbalance;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.ReplicatedState.Bound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of routing: says whether this node should serve a call, by what travels with it. Of a call without any {@link
 * RoutingHeaders} it says yes at once. Where the node is behind and about to catch up it waits for that, for at most {@link
 * #waiting}. Safe from any thread.
 *
 * <p>A call with a fence is served by the master as far as the node itself knows, of no earlier term. A master that has been cut off
 * may not know yet that there is a later one: its writes to the log are refused all the same, and {@link #confirming} asks a majority
 * first, for what is not in the log.
 */
public final class ServingGuard {
    private static final Duration USUAL_WAIT = Duration.ofMillis(500);
    /** The answer comes where callbacks run, and one of them may take its time. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private final ReplicatedState state;
    private final String node;
    private final Duration wait;
    private final boolean confirms;

    private ServingGuard(ReplicatedState state, String node, Duration wait, boolean confirms) {
        this.state = state;
        this.node = node;
        this.wait = wait;
        this.confirms = confirms;
    }

    /**
     * Of a started node.
     *
     * @throws IllegalStateException if nothing there replicates state, such as {@code LogReplication}
     */
    public static ServingGuard of(HaCluster cluster) {
        return of(cluster.feature(ReplicatedState.class), cluster.node().id());
    }

    static ServingGuard of(ReplicatedState state, String node) {
        return new ServingGuard(state, node, USUAL_WAIT, false);
    }

    /** Waits for so long at the most until the node is fresh enough, 1 ms to 1 min; half a second by default. */
    public ServingGuard waiting(Duration limit) {
        CallSettings.checkDuration("waiting", limit, Duration.ofMillis(1), Duration.ofMinutes(1));
        return new ServingGuard(state, node, limit, confirms);
    }

    /** Asks a majority, for each call with a fence, whether this node is still the master; costs a round, which many calls share. */
    public ServingGuard confirming() {
        return new ServingGuard(state, node, wait, true);
    }

    /**
     * What is to be done.
     *
     * @param served true if the node should serve it
     * @param reason why not, for {@link RoutingHeaders#REFUSED}; empty if it should
     */
    public record Verdict(boolean served, String reason) {
        static final Verdict YES = new Verdict(true, "");

        static Verdict no(String why) {
            return new Verdict(false, why.replaceAll("[^\\x20-\\x7e]", "?"));
        }
    }

    /**
     * Whether to serve a call.
     *
     * @param headers gives a header's value by its name, as spelt in {@link RoutingHeaders}; null if it is not there
     * @return completes, normally, with the verdict; often at once
     */
    public CompletionStage<Verdict> check(Function<String, @Nullable String> headers) {
        List<Bound> bounds = new ArrayList<>(2);
        try {
            Long fence = number(headers, RoutingHeaders.FENCE);
            if (fence != null) {
                FencingToken token = new FencingToken(fence);
                String whyNot = whyNotMaster(token);
                if (!whyNot.isEmpty()) {
                    return CompletableFuture.completedFuture(Verdict.no(whyNot));
                }
                if (confirms) {
                    bounds.add(new Bound.Master(token));
                }
            }
            Long lag = number(headers, RoutingHeaders.MAX_LAG);
            if (lag != null && fence == null) { // the master is never behind
                bounds.add(new Bound.Within(
                        Duration.ofMillis(Math.min(lag, Duration.ofDays(1).toMillis()))));
            }
            Long entries = number(headers, RoutingHeaders.MAX_LAG_ENTRIES);
            if (entries != null && fence == null) {
                bounds.add(new Bound.Behind(entries));
            }
            Long index = number(headers, RoutingHeaders.AT_LEAST);
            if (index != null && index > 0) {
                bounds.add(new Bound.AtLeast(index));
            }
        } catch (IllegalArgumentException malformed) {
            return CompletableFuture.completedFuture(Verdict.no(String.valueOf(malformed.getMessage())));
        }
        if (bounds.isEmpty()) {
            return CompletableFuture.completedFuture(Verdict.YES);
        }
        CompletableFuture<?>[] all = bounds.stream()
                .map(bound -> state.confirm(bound, wait).toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(all)
                .handle((nothing, failure) -> failure == null ? Verdict.YES : Verdict.no(message(failure)));
    }

    /**
     * The same, and blocks, for {@link #waiting} and a second at the most; not on the node's loop or in a callback. No if the node does
     * not say it in time, or the thread is interrupted.
     */
    public Verdict checkNow(Function<String, @Nullable String> headers) {
        try {
            return check(headers).toCompletableFuture().get(wait.plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Verdict.no(node + " did not say within " + wait + " whether it is fresh enough");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Verdict.no("interrupted");
        } catch (ExecutionException e) {
            return Verdict.no(message(e));
        }
    }

    /** For {@link RoutingHeaders#POSITION} in an answer: up to where this process has seen the log written. */
    public String position() {
        return Long.toString(state.position());
    }

    private String whyNotMaster(FencingToken token) {
        Optional<RoleHolder> master = state.announcedMaster();
        boolean another = master.isPresent() && !master.get().nodeId().equals(node);
        if (another || !state.isMaster()) { // it may have heard of a later one before it stepped down
            return node + " is not the master"
                    + master.filter(known -> !known.nodeId().equals(node))
                            .map(known -> "; that is " + known.nodeId())
                            .orElse("");
        }
        boolean later = master.isPresent() && token.compareTo(master.get().token()) > 0;
        return later ? node + " is the master of " + master.get().token() + ", and there is one of " + token : "";
    }

    private static @Nullable Long number(Function<String, @Nullable String> headers, String name) {
        String value = headers.apply(name);
        if (value == null) {
            return null;
        }
        if (!value.matches("[0-9]{1,19}")) {
            throw new IllegalArgumentException(name + " is no whole number of at most 19 digits");
        }
        return Long.valueOf(value);
    }

    private static String message(Throwable failure) {
        Throwable cause = (failure instanceof CompletionException || failure instanceof ExecutionException)
                        && failure.getCause() != null
                ? failure.getCause()
                : failure;
        return String.valueOf(cause.getMessage());
    }
}
