package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import io.holdfast.core.Address;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a channel of a service's endpoints. Names are looked up off the channel's context, one list at a time, the latest last; a name
 * that is not found leaves its endpoint out, or keeps the addresses that it had. Of the channel's context, if nothing else is said.
 */
final class EndpointResolver extends NameResolver {
    /** What balances over the endpoints that are told, for the policy. */
    static final Attributes.Key<LoadBalancer> CALLS = Attributes.Key.create("holdfast-calls");
    /** Whose addresses they are. */
    static final Attributes.Key<Endpoint> ENDPOINT = Attributes.Key.create("holdfast-endpoint");

    private static final Logger log = LoggerFactory.getLogger(EndpointResolver.class);

    private final String service;
    private final LoadBalancer calls;
    private final SynchronizationContext context;
    private final Executor offload;
    private final Map<String, EquivalentAddressGroup> known = new HashMap<>();
    private @Nullable Listener2 listener;
    private EndpointSource.@Nullable Subscription subscription;
    private boolean looks;
    private boolean again;
    private boolean anew;
    private boolean ended;

    EndpointResolver(String service, LoadBalancer calls, Args args) {
        this.service = service;
        this.calls = calls;
        this.context = args.getSynchronizationContext();
        Executor given = args.getOffloadExecutor();
        this.offload = given == null ? args.getScheduledExecutorService() : given;
    }

    @Override
    public String getServiceAuthority() {
        return service;
    }

    @Override
    public void start(Listener2 to) {
        listener = to;
        subscription = calls.listen(() -> context.execute(this::look));
    }

    @Override
    public void refresh() {
        anew = true;
        look();
    }

    private void look() {
        if (ended || looks) {
            again = looks;
            return;
        }
        looks = true;
        List<Endpoint> endpoints = calls.directory().endpoints();
        Map<String, EquivalentAddressGroup> before = anew ? Map.of() : Map.copyOf(known);
        anew = false;
        Runnable looking = () -> {
            Map<String, EquivalentAddressGroup> found = new HashMap<>();
            for (Endpoint endpoint : endpoints) {
                EquivalentAddressGroup same = before.get(endpoint.id());
                EquivalentAddressGroup addresses =
                        same != null && endpoint.equals(same.getAttributes().get(ENDPOINT))
                                ? same
                                : addresses(endpoint);
                if (addresses != null) {
                    found.put(endpoint.id(), addresses);
                }
            }
            context.execute(() -> found(endpoints, found));
        };
        try {
            offload.execute(looking);
        } catch (RejectedExecutionException e) {
            ended = true; // the channel ends
        }
    }

    private static @Nullable EquivalentAddressGroup addresses(Endpoint endpoint) {
        try {
            Address address = endpoint.address();
            List<SocketAddress> all = new ArrayList<>();
            for (InetAddress each : InetAddress.getAllByName(address.host())) {
                all.add(new InetSocketAddress(each, address.port()));
            }
            return new EquivalentAddressGroup(
                    all,
                    Attributes.newBuilder()
                            .set(ENDPOINT, endpoint)
                            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, address.toString())
                            .build());
        } catch (UnknownHostException | IllegalStateException e) {
            log.warn("{} has no address that can be called: {}", endpoint.id(), e.toString());
            return null;
        }
    }

    private void found(List<Endpoint> endpoints, Map<String, EquivalentAddressGroup> found) {
        looks = false;
        Listener2 to = listener;
        if (ended || to == null) {
            return;
        }
        for (Endpoint endpoint : endpoints) {
            EquivalentAddressGroup before = known.get(endpoint.id());
            if (before != null && endpoint.equals(before.getAttributes().get(ENDPOINT))) {
                found.putIfAbsent(endpoint.id(), before); // DNS that is down says nothing of a server that is up
            }
        }
        known.clear();
        known.putAll(found);
        List<EquivalentAddressGroup> all = endpoints.stream()
                .map(each -> found.get(each.id()))
                .filter(each -> each != null)
                .toList();
        Status unused = to.onResult2(ResolutionResult.newBuilder()
                .setAddressesOrError(StatusOr.fromValue(all))
                .setAttributes(Attributes.newBuilder().set(CALLS, calls).build())
                .build());
        if (again) {
            again = false;
            look();
        }
    }

    @Override
    public void shutdown() {
        ended = true;
        EndpointSource.Subscription its = subscription;
        if (its != null) {
            its.cancel();
        }
    }
}
