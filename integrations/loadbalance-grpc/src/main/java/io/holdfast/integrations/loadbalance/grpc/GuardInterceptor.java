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
 * call had no effect. Answers to what was sent to the master have {@code holdfast-position} in their trailers. Both are taken out of what a
 * service that was let in ends with, such as the failure of its own call to another service. Blocks for as long as the
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
        return next.startCall(served(call, isForMaster), headers);
    }

    /**
     * What a service ends with may be the failure of a call of its own to another service, with that one's trailers: a refusal there does
     * not mean that nothing was done here.
     */
    private <Q, A> ServerCall<Q, A> served(ServerCall<Q, A> call, boolean isForMaster) {
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                Metadata own = new Metadata(); // those given may be part of an exception, which is not ours to change
                own.merge(trailers);
                own.discardAll(RoutingMetadata.REFUSED);
                own.discardAll(RoutingMetadata.POSITION);
                if (isForMaster) {
                    own.put(RoutingMetadata.POSITION, guard.position());
                }
                super.close(status, own);
            }
        };
    }
}
