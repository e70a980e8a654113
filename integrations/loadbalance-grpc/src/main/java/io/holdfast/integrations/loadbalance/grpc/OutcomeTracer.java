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
 * Tells the balancer how a stream ended. How long an endpoint takes is how long it is until its first message: a stream may last for
 * hours.
 */
final class OutcomeTracer extends ClientStreamTracer {
    private final Route route;
    private final Attempt attempt;
    private final @Nullable Target target;
    private final long beganNanos = System.nanoTime();
    private volatile long latencyNanos = -1;
    private volatile boolean refused;

    /** For each stream of a pick. */
    static final class Factory extends ClientStreamTracer.Factory {
        private final Route route;
        private final Attempt attempt;

        Factory(Route route, Attempt attempt) {
            this.route = route;
            this.attempt = attempt;
        }

        @Override
        public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
            return new OutcomeTracer(route, attempt);
        }
    }

    private OutcomeTracer(Route route, Attempt attempt) {
        this.route = route;
        this.attempt = attempt;
        this.target = balancer().beginAt(attempt.endpoint().id());
    }

    private Balancer balancer() {
        return route.calls().balancer();
    }

    @Override
    public void inboundMessage(int number) {
        if (latencyNanos < 0) {
            latencyNanos = System.nanoTime() - beganNanos;
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
        Target its = target;
        if (its != null) {
            long took = latencyNanos;
            balancer().end(its, took < 0 ? now - beganNanos : took, outcome);
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
