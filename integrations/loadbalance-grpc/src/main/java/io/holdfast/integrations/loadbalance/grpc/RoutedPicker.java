package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Tried;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Picks as the balancer says, among the endpoints to which a connection stands. What a balancer picks is counted as a request only when
 * its stream begins: a channel may drop a pick in between. Immutable.
 */
final class RoutedPicker extends SubchannelPicker {
    private final LoadBalancer calls;
    private final Map<String, Subchannel> ready;
    private final boolean connects;
    private final Status failure;
    private final UnroutedWaits unrouted;
    private final Runnable waits;

    /**
     * @param connects whether other connections are on their way
     * @param failure why those that failed did
     * @param unrouted since when calls without a {@link Route} wait
     * @param waits is run when a call has to wait
     */
    RoutedPicker(
            LoadBalancer calls,
            Map<String, Subchannel> ready,
            boolean connects,
            Status failure,
            UnroutedWaits unrouted,
            Runnable waits) {
        this.calls = calls;
        this.ready = Map.copyOf(ready);
        this.connects = connects;
        this.failure = failure;
        this.unrouted = unrouted;
        this.waits = waits;
    }

    @Override
    public PickResult pickSubchannel(PickSubchannelArgs args) {
        Route given = args.getCallOptions().getOption(Route.OPTION);
        Route route = given == null ? new Route(calls) : given;
        if (route.calls().balancer() != calls.balancer()) {
            return PickResult.withDrop(Status.INTERNAL.withDescription("this call is routed by the balancer of "
                    + route.calls().balancer().identity().service() + ", and this channel is one to "
                    + calls.balancer().identity().service()));
        }
        long now = System.nanoTime();
        Tried passedOver = route.tried();
        while (true) {
            Attempt attempt = route.begin(now, passedOver);
            if (attempt == null) {
                return nobody(args, given, now);
            }
            route.calls().end(attempt, Outcome.CANCELLED);
            Subchannel subchannel = ready.get(attempt.endpoint().id());
            if (subchannel != null) {
                RoutingMetadata.replace(args.getHeaders(), attempt.headers());
                route.goes(attempt);
                return PickResult.withSubchannel(
                        subchannel,
                        new OutcomeTracer.Factory(
                                route,
                                attempt,
                                args.getMethodDescriptor().getType().serverSendsOneMessage()));
            }
            if (attempt.isForMaster()) {
                return nobody(args, given, now);
            }
            passedOver.add(attempt);
        }
    }

    /**
     * A call waits as long as any call of the balancer's; one that was not routed only while a connection may come. What is {@code
     * waitForReady} goes on waiting in the channel, whatever it is told, and has to be looked at again.
     */
    private PickResult nobody(PickSubchannelArgs args, @Nullable Route given, long now) {
        boolean mayWait = given != null
                ? given.mayWait(now)
                : connects
                        && unrouted.mayWait(
                                args.getHeaders(), now, calls.settings().hold().toNanos());
        if (mayWait || args.getCallOptions().isWaitForReady()) {
            waits.run();
        }
        if (mayWait) {
            return PickResult.withNoResult();
        }
        RoleHolder master = calls.directory().master();
        String why = ready.isEmpty()
                ? String.valueOf(failure.getDescription())
                : (master == null ? "no master is known" : "the master is " + master.nodeId()) + "; "
                        + calls.explain().whyNobody();
        return PickResult.withError(Status.UNAVAILABLE.withDescription(why).withCause(failure.getCause()));
    }
}
