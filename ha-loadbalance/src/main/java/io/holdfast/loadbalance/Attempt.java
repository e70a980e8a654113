package io.holdfast.loadbalance;

import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ReplicatedState.Bound;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One try of a call: to whom, for how long, and what is to travel with it. Safe from any thread. */
public final class Attempt {
    private final Target target;
    private final CallOptions options;
    private final @Nullable RoleHolder master;
    private final int number;
    final long beganNanos;
    private final long timeoutNanos;
    private volatile boolean answeredBadly;

    /**
     * One.
     *
     * @param master whom it goes to, if that is whom it is for; else null
     */
    Attempt(
            Target target,
            CallOptions options,
            @Nullable RoleHolder master,
            int number,
            long beganNanos,
            long timeoutNanos) {
        this.target = target;
        this.options = options;
        this.master = master;
        this.number = number;
        this.beganNanos = beganNanos;
        this.timeoutNanos = timeoutNanos;
    }

    /** Where it goes. */
    public Endpoint endpoint() {
        return target.endpoint();
    }

    /** The endpoint's URI with a path put to it, as {@link Endpoint#uri(String)} does. */
    public URI uri(String path) {
        return target.endpoint().uri(path);
    }

    /**
     * How long it may take. A call that blocks has to keep to it by itself, for example by {@code HttpRequest.Builder.timeout}: no
     * thread is interrupted. One that gives a future is given up then.
     */
    public Duration timeout() {
        return Duration.ofNanos(timeoutNanos);
    }

    /** Which one of the call it is, from 1. */
    public int number() {
        return number;
    }

    /** What binds a session to this endpoint, for a cookie; see {@link LoadBalancer#sticky}. */
    public String sticky() {
        return target.session();
    }

    /** Whether it goes to the master as such: what is for the master, or for slaves of which none could take it. */
    public boolean isForMaster() {
        return master != null;
    }

    /** The token of the master that it is sent to; null if it is not for the master alone, or nobody knows a token. */
    public @Nullable FencingToken fence() {
        RoleHolder to = master;
        return to == null || to.token().value() == 0 ? null : to.token();
    }

    /** What is to travel with it, by the names of {@link RoutingHeaders}; often nothing. */
    public SortedMap<String, String> headers() {
        SortedMap<String, String> headers = new TreeMap<>();
        FencingToken fence = fence();
        if (fence != null) {
            headers.put(RoutingHeaders.FENCE, Long.toString(fence.value()));
        }
        Bound bound = options.staleness();
        if (bound instanceof Bound.Within within && fence == null) {
            headers.put(RoutingHeaders.MAX_LAG, Long.toString(within.staleness().toMillis()));
        } else if (bound instanceof Bound.Behind behind && fence == null) {
            headers.put(RoutingHeaders.MAX_LAG_ENTRIES, Long.toString(behind.entries()));
        }
        ReadSession session = options.session();
        if (session != null && session.index() > 0) {
            headers.put(RoutingHeaders.AT_LEAST, session.token());
        }
        return Collections.unmodifiableSortedMap(headers);
    }

    /**
     * The answer's {@link RoutingHeaders#POSITION}, so that the session's later reads see what was written; null, or a call without a
     * session, changes nothing.
     */
    public void reached(@Nullable String position) {
        ReadSession session = options.session();
        if (session != null) {
            session.reached(position);
        }
    }

    /** It was answered, and the answer goes to the caller; but it counts against the endpoint, as HTTP's 500 does. */
    public void countAsFailure() {
        answeredBadly = true;
    }

    /** What its end says of the endpoint, if it was answered. */
    Outcome outcome() {
        return answeredBadly ? Outcome.FAILURE : Outcome.SUCCESS;
    }

    Target target() {
        return target;
    }

    @Nullable
    RoleHolder master() {
        return master;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    @Override
    public String toString() {
        return "attempt " + number + " at " + target;
    }
}
