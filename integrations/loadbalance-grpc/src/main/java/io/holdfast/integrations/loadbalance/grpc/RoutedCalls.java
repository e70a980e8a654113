package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.holdfast.loadbalance.LoadBalancer;

/**
 * Sends a stub's calls where a {@link LoadBalancer} says: {@code stub.withInterceptors(RoutedCalls.by(orders.toMaster()))}. For channels of
 * {@link HoldfastResolverProvider} with the policy {@code holdfast}.
 *
 * <p>The token of the master, the bound and the session's position travel along, as {@link GuardInterceptor} expects them. While there is no
 * master, or nobody that can be reached, a call waits for {@link io.holdfast.loadbalance.CallSettings#hold()} and then fails with
 * UNAVAILABLE, or goes on waiting if it is {@code waitForReady}. What a server refused had no effect and is sent elsewhere, or to the next
 * master, if the client sends one message, as it does in unary calls; at most {@link
 * io.holdfast.loadbalance.CallSettings#attempts()} times. What fails otherwise is tried again as the channel's service config says
 * ({@code retryPolicy}), and then elsewhere, too. Deadlines are gRPC's: those of the balancer do not hold here. Immutable, safe from any
 * thread.
 */
public final class RoutedCalls implements ClientInterceptor {
    private final LoadBalancer calls;

    private RoutedCalls(LoadBalancer calls) {
        this.calls = calls;
    }

    /** By that, which has to be a balancer of the channel's service. */
    public static RoutedCalls by(LoadBalancer calls) {
        return new RoutedCalls(calls);
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        Route route = new Route(calls);
        CallOptions routed = options.withOption(Route.OPTION, route);
        int tries = method.getType().clientSendsOneMessage() ? calls.settings().attempts() : 1;
        return new RoutedCall<>(() -> next.newCall(method, routed), route, tries);
    }
}
