package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.holdfast.loadbalance.LoadBalancer;
import java.net.URI;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resolves targets such as {@code holdfast:///orders} to the endpoints of that service, and tells channels of each change.
 *
 * <pre>{@code
 * NameResolverRegistry.getDefaultRegistry().register(
 *         HoldfastResolverProvider.of(name -> LoadBalancing.service(cluster, name)));
 * ManagedChannel channel = Grpc.newChannelBuilder("holdfast:///orders", credentials)
 *         .defaultLoadBalancingPolicy("holdfast")
 *         .build();
 * LoadBalancer orders = LoadBalancing.service(cluster, "orders");
 * OrdersGrpc.newBlockingStub(channel).withInterceptors(RoutedCalls.by(orders.toMaster())).put(order);
 * OrdersGrpc.newBlockingStub(channel).withInterceptors(RoutedCalls.by(orders.toSlaves().maxLag(ofMillis(500)))).get(id);
 * }</pre>
 *
 * <p>An endpoint's URI says its host and port, {@code grpc://10.0.0.1:9090}; a name is looked up when its endpoint is new, again when it
 * cannot be reached, and after a pause of 1 to 30 s when it was not found. With TLS the endpoint's host is what its certificate has to name, unless the channel overrides the authority.
 * Safe from any thread.
 */
public final class HoldfastResolverProvider extends NameResolverProvider {
    private static final String SCHEME = "holdfast";
    private static final int USUAL = 5;

    private final Function<String, LoadBalancer> services;

    private HoldfastResolverProvider(Function<String, LoadBalancer> services) {
        this.services = services;
    }

    /**
     * One, to be registered with a {@link io.grpc.NameResolverRegistry}.
     *
     * @param services gives what balances over a service of that name, such as {@code name -> LoadBalancing.service(cluster, name)} or
     *     {@code name -> standalone.calls()}; it stays the caller's. Called for each channel, and again when one that was
     *     idle wakes, so it should give the same for the same name
     */
    public static HoldfastResolverProvider of(Function<String, LoadBalancer> services) {
        return new HoldfastResolverProvider(services);
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return USUAL;
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
    }

    @Override
    public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
        if (!SCHEME.equals(target.getScheme())) {
            return null;
        }
        String path = target.getPath();
        if (path == null || !path.matches("/[^/]+")) {
            throw new IllegalArgumentException(target + " names no service; write for example holdfast:///orders");
        }
        String service = path.substring(1);
        return new EndpointResolver(service, services.apply(service), args);
    }
}
