package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;

/**
 * Refuses what this node should not serve, before the service sees it, with UNAVAILABLE and {@code holdfast-refused} in the trailers: such a
 * call had no effect. Answers to what was sent to the master have {@code holdfast-position} in their trailers. Blocks for as long as the
 * guard waits, so a server with {@code directExecutor()} should not have it. Safe from any thread.
 */
public final class GuardInterceptor implements ServerInterceptor {
    private final ServingGuard guard;

    /** By that guard. */
    public GuardInterceptor(ServingGuard guard) {
        this.guard = guard;
    }

    @Override
    @SuppressWarnings("NullAway") // a guard takes null for what is not there, which is not seen in its class file
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        ServingGuard.Verdict verdict = guard.checkNow(name -> headers.get(RoutingMetadata.key(name)));
        if (!verdict.served()) {
            Metadata trailers = new Metadata();
            trailers.put(RoutingMetadata.REFUSED, verdict.reason());
            call.close(Status.UNAVAILABLE.withDescription(verdict.reason()), trailers);
            return new ServerCall.Listener<>() {};
        }
        boolean isForMaster = RoutingMetadata.get(headers, RoutingHeaders.FENCE) != null;
        return next.startCall(isForMaster ? telling(call) : call, headers);
    }

    private <Q, A> ServerCall<Q, A> telling(ServerCall<Q, A> call) {
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                trailers.put(RoutingMetadata.POSITION, guard.position());
                super.close(status, trailers);
            }
        };
    }
}
