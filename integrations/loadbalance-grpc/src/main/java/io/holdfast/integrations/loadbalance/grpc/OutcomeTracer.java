package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Target;
import org.jspecify.annotations.Nullable;

/**
 * Tells the balancer how a stream ended. It is counted from when its headers are sent: a channel may drop a stream that it has not
 * started, and tells nobody. How long an endpoint takes is how long it is until its first message.
 *
 * <p>Where the server may send many messages the request has ended well with the first of the answer: a stream may last for hours, and
 * would look like one that is never answered. If it breaks later that is a failure more.
 */
final class OutcomeTracer extends ClientStreamTracer {
    private final Route route;
    private final Attempt attempt;
    private final boolean answersOnce;
    private final long beganNanos = System.nanoTime();
    private volatile boolean refused;
    private long latencyNanos = -1;
    private @Nullable Target target;
    private boolean isAnswered;
    private boolean isClosed;

    /** For each stream of a pick. */
    static final class Factory extends ClientStreamTracer.Factory {
        private final Route route;
        private final Attempt attempt;
        private final boolean answersOnce;

        /** @param answersOnce whether the server sends one message */
        Factory(Route route, Attempt attempt, boolean answersOnce) {
            this.route = route;
            this.attempt = attempt;
            this.answersOnce = answersOnce;
        }

        @Override
        public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
            return new OutcomeTracer(route, attempt, answersOnce);
        }
    }

    private OutcomeTracer(Route route, Attempt attempt, boolean answersOnce) {
        this.route = route;
        this.attempt = attempt;
        this.answersOnce = answersOnce;
    }

    private Balancer balancer() {
        return route.calls().balancer();
    }

    private @Nullable Target begin() {
        return balancer().beginAt(attempt.endpoint().id());
    }

    @Override
    public synchronized void outboundHeaders() {
        if (!isClosed && target == null) {
            target = begin();
        }
    }

    @Override
    public void inboundHeaders() {
        if (!answersOnce) {
            answered();
        }
    }

    @Override
    public void inboundMessage(int number) {
        answered();
    }

    private synchronized void answered() {
        if (latencyNanos < 0) {
            latencyNanos = System.nanoTime() - beganNanos;
        }
        if (!answersOnce && !isAnswered) {
            isAnswered = true;
            end(latencyNanos, Outcome.SUCCESS);
        }
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
        refused = trailers.containsKey(RoutingMetadata.REFUSED);
    }

    @Override
    public void streamClosed(Status status) {
        long now = System.nanoTime();
        Outcome outcome = refused ? Outcome.CANCELLED : outcome(status);
        if (refused || outcome.isFailure() || outcome == Outcome.OVERLOADED) {
            route.failed(attempt, refused, now);
        }
        closed(status, outcome, now);
    }

    private synchronized void closed(Status status, Outcome outcome, long now) {
        isClosed = true;
        long took = latencyNanos < 0 ? now - beganNanos : latencyNanos;
        if (!isAnswered) {
            end(took, outcome);
        } else if (outcome.isFailure()
                && status.getCode() != Status.Code.DEADLINE_EXCEEDED) { // that is how long it was to last
            target = begin();
            end(took, outcome);
        }
    }

    private void end(long took, Outcome outcome) {
        Target its = target;
        target = null;
        if (its != null) {
            balancer().end(its, took, outcome);
        }
    }

    /** What a status says of the endpoint: of most it is the caller that is told something. */
    static Outcome outcome(Status status) {
        return switch (status.getCode()) {
            case CANCELLED -> Outcome.CANCELLED;
            case RESOURCE_EXHAUSTED -> Outcome.OVERLOADED;
            case UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, DATA_LOSS -> Outcome.FAILURE;
            default -> Outcome.SUCCESS;
        };
    }
}
