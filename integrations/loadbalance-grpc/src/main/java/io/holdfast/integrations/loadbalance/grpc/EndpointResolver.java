package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
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
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a channel of a service's endpoints. Names are looked up off the channel's context, one list at a time, the latest last; a name
 * that is not found leaves its endpoint out, or keeps the addresses that it had, and is looked up again after a pause. Of the channel's context, if nothing else is said.
 */
final class EndpointResolver extends NameResolver {
    /** What balances over the endpoints that are told, for the policy. */
    static final Attributes.Key<LoadBalancer> CALLS = Attributes.Key.create("holdfast-calls");
    /** Whose addresses they are. */
    static final Attributes.Key<Endpoint> ENDPOINT = Attributes.Key.create("holdfast-endpoint");

    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private static final Logger log = LoggerFactory.getLogger(EndpointResolver.class);

    private final String service;
    private final LoadBalancer calls;
    private final SynchronizationContext context;
    private final Executor offload;
    private final ScheduledExecutorService timer;
    private final Names names;
    private final Map<String, EquivalentAddressGroup> known = new HashMap<>();
    private @Nullable Listener2 listener;
    private EndpointSource.@Nullable Subscription subscription;
    private boolean looks;
    private boolean again;
    private boolean anew;
    private boolean ended;
    private Set<String> missing = Set.of();
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean pauses;

    /** What knows the addresses of hosts. */
    interface Names {
        /** All of that host's. */
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    EndpointResolver(String service, LoadBalancer calls, Args args) {
        this(service, calls, args, InetAddress::getAllByName);
    }

    EndpointResolver(String service, LoadBalancer calls, Args args, Names names) {
        this.service = service;
        this.calls = calls;
        this.context = args.getSynchronizationContext();
        this.timer = args.getScheduledExecutorService();
        Executor given = args.getOffloadExecutor();
        this.offload = given == null ? timer : given;
        this.names = names;
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
        Set<String> toldMissing = missing;
        Runnable looking = () -> {
            Map<String, EquivalentAddressGroup> found = new HashMap<>();
            for (Endpoint endpoint : endpoints) {
                EquivalentAddressGroup same = before.get(endpoint.id());
                EquivalentAddressGroup addresses = same != null && isThere(same, endpoint)
                        ? same
                        : addresses(endpoint, toldMissing.contains(endpoint.id()));
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

    /** Whether they are that endpoint's: how it is besides says nothing of where it is. */
    private static boolean isThere(EquivalentAddressGroup addresses, Endpoint endpoint) {
        Endpoint whose = addresses.getAttributes().get(ENDPOINT);
        return whose != null && whose.id().equals(endpoint.id()) && whose.uri().equals(endpoint.uri());
    }

    private @Nullable EquivalentAddressGroup addresses(Endpoint endpoint, boolean isToldMissing) {
        try {
            Address address = endpoint.address();
            List<SocketAddress> all = new ArrayList<>();
            for (InetAddress each : names.addresses(address.host())) {
                all.add(new InetSocketAddress(each, address.port()));
            }
            return new EquivalentAddressGroup(
                    all,
                    Attributes.newBuilder()
                            .set(ENDPOINT, endpoint)
                            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, address.toString())
                            .build());
        } catch (UnknownHostException | IllegalStateException e) {
            if (!isToldMissing) {
                log.warn(
                        "{} has no address that can be called, and is looked up again: {}",
                        endpoint.id(),
                        e.toString());
            }
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
            if (before != null && isThere(before, endpoint)) {
                found.putIfAbsent(endpoint.id(), before); // DNS that is down says nothing of a server that is up
            }
        }
        known.clear();
        known.putAll(found);
        lookAgainFor(endpoints.stream()
                .map(Endpoint::id)
                .filter(id -> !found.containsKey(id))
                .collect(Collectors.toSet()));
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

    private void lookAgainFor(Set<String> lacking) {
        missing = lacking;
        if (lacking.isEmpty()) {
            pauseMillis = FIRST_PAUSE_MILLIS;
        } else if (!pauses) {
            pauses = true;
            ScheduledHandle unused = context.schedule(
                    () -> {
                        pauses = false;
                        look();
                    },
                    pauseMillis,
                    TimeUnit.MILLISECONDS,
                    timer);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
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
