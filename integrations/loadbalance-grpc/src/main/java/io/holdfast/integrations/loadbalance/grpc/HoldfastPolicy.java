package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection to each endpoint, as {@code round_robin} does, and publishes a picker of those that stand. Connections that cannot be
 * made count against their endpoints. Of the channel's context.
 */
final class HoldfastPolicy extends LoadBalancer {
    /** How often calls that wait are looked at again, while some do: what they wait for is otherwise told at once. */
    private static final long LOOK_MILLIS = 100;

    private final Helper helper;
    private final SynchronizationContext context;
    private final Map<String, Child> children = new HashMap<>();
    private final UnroutedWaits unrouted = new UnroutedWaits();
    private io.holdfast.loadbalance.@Nullable LoadBalancer calls;
    private EndpointSource.@Nullable Subscription subscription;
    private boolean looks;
    private boolean ended;

    /** A connection to an endpoint. */
    private static final class Child {
        final Subchannel subchannel;
        EquivalentAddressGroup addresses;
        ConnectivityState state = ConnectivityState.IDLE;
        Status failure = Status.OK;

        Child(Subchannel subchannel, EquivalentAddressGroup addresses) {
            this.subchannel = subchannel;
            this.addresses = addresses;
        }
    }

    HoldfastPolicy(Helper helper) {
        this.helper = helper;
        this.context = helper.getSynchronizationContext();
    }

    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
        io.holdfast.loadbalance.LoadBalancer by = resolved.getAttributes().get(EndpointResolver.CALLS);
        if (by == null) {
            Status wrong = Status.UNAVAILABLE.withDescription("the policy " + HoldfastPolicyProvider.NAME
                    + " is for targets such as holdfast:///orders; see HoldfastResolverProvider");
            handleNameResolutionError(wrong);
            return wrong;
        }
        calls = by;
        Map<String, Child> gone = new HashMap<>(children);
        for (EquivalentAddressGroup addresses : resolved.getAddresses()) {
            String id = Objects.requireNonNull(addresses.getAttributes().get(EndpointResolver.ENDPOINT))
                    .id();
            Child known = gone.remove(id);
            if (known == null) {
                begin(id, addresses);
            } else if (!known.addresses.equals(addresses)) {
                known.addresses = addresses;
                known.subchannel.updateAddresses(List.of(addresses)); // goes on with a connection that still fits
            }
        }
        gone.forEach((id, child) -> {
            children.remove(id);
            child.subchannel.shutdown(); // calls on their way end first
        });
        publish();
        if (subscription == null) {
            subscription = by.listen(() -> context.execute(this::publish)); // another master alone is news, too
        }
        return Status.OK;
    }

    private void begin(String id, EquivalentAddressGroup addresses) {
        Subchannel subchannel = helper.createSubchannel(
                CreateSubchannelArgs.newBuilder().setAddresses(addresses).build());
        Child child = new Child(subchannel, addresses);
        children.put(id, child);
        subchannel.start(info -> changed(id, child, info));
        subchannel.requestConnection();
    }

    private void changed(String id, Child child, ConnectivityStateInfo info) {
        if (children.get(id) != child || info.getState() == ConnectivityState.SHUTDOWN) {
            return;
        }
        child.failure = info.getStatus();
        if (info.getState() == ConnectivityState.TRANSIENT_FAILURE) {
            unreachable(id);
        }
        if (info.getState() == ConnectivityState.IDLE) {
            child.subchannel.requestConnection();
        }
        if (info.getState() == ConnectivityState.IDLE || info.getState() == ConnectivityState.TRANSIENT_FAILURE) {
            helper.refreshNameResolution();
        }
        child.state = info.getState();
        publish();
    }

    private void unreachable(String id) {
        io.holdfast.loadbalance.LoadBalancer by = calls;
        Target target = by == null ? null : by.balancer().beginAt(id);
        if (by != null && target != null) {
            by.balancer().end(target, 0, Outcome.UNREACHABLE);
        }
    }

    private void publish() {
        io.holdfast.loadbalance.LoadBalancer by = calls;
        if (ended || by == null) {
            return;
        }
        Map<String, Subchannel> ready = new HashMap<>();
        Status failure = Status.UNAVAILABLE.withDescription("nobody offers the service");
        boolean connects = children.isEmpty();
        for (Map.Entry<String, Child> each : children.entrySet()) {
            Child child = each.getValue();
            if (child.state == ConnectivityState.READY) {
                ready.put(each.getKey(), child.subchannel);
            } else if (child.state == ConnectivityState.TRANSIENT_FAILURE) {
                failure = child.failure;
            } else {
                connects = true;
            }
        }
        ConnectivityState state = !ready.isEmpty()
                ? ConnectivityState.READY
                : connects ? ConnectivityState.CONNECTING : ConnectivityState.TRANSIENT_FAILURE;
        helper.updateBalancingState(state, new RoutedPicker(by, ready, connects, failure, unrouted, this::waits));
    }

    /** Some call waits, perhaps for nothing that will be told. From any thread. */
    private void waits() {
        context.execute(() -> {
            if (!looks && !ended) {
                looks = true;
                var unused = context.schedule(
                        () -> {
                            looks = false;
                            publish();
                        },
                        LOOK_MILLIS,
                        TimeUnit.MILLISECONDS,
                        helper.getScheduledExecutorService());
            }
        });
    }

    @Override
    public void handleNameResolutionError(Status error) {
        if (children.isEmpty()) {
            helper.updateBalancingState(
                    ConnectivityState.TRANSIENT_FAILURE, new FixedResultPicker(PickResult.withError(error)));
        }
    }

    @Override
    @SuppressWarnings("deprecation") // earlier versions of gRPC ask for it
    public boolean canHandleEmptyAddressListFromNameResolution() {
        return true; // nobody yet, as far as gossip knows
    }

    @Override
    public void shutdown() {
        ended = true;
        EndpointSource.Subscription its = subscription;
        if (its != null) {
            its.cancel();
        }
        children.values().forEach(child -> child.subchannel.shutdown());
        children.clear();
    }
}
