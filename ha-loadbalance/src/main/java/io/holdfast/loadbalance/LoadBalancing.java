package io.holdfast.loadbalance;

import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Balances over the services of a cluster's members, from any of them or from a {@code Node.client}: who offers a service, and who is master, is taken from
 * membership and log the moment that changes, by all balancers of the process at once. Immutable configuration.
 *
 * <pre>{@code
 * HaCluster cluster = HaCluster.builder("shop")
 *         .node(Node.of("node-1").bind("10.0.0.1:7400").service("http", "http://10.0.0.1:8080"))
 *         .with(GossipMembership.seeds("dns:shop:7400"))
 *         .with(LogReplication.inDirectory(dir).bootstrap("node-1", "node-2", "node-3"))
 *         .with(LoadBalancing.feature())
 *         .start();
 * LoadBalancer http = LoadBalancing.service(cluster, "http");
 * }</pre>
 *
 * <p>A client has to be given {@code GossipMembership} with the members' addresses, too, and {@code LogReplication.client(...)} where
 * the master is to be known. Outside a cluster it is {@link StandaloneLoadBalancer}.
 */
public final class LoadBalancing implements HaFeature {
    static final String NAME = "loadbalance";

    private final Map<String, Service> services;

    private LoadBalancing(Map<String, Service> services) {
        this.services = Collections.unmodifiableMap(new TreeMap<>(services));
    }

    /** How one service is balanced. */
    record Service(BalancerSettings balancing, CallSettings calls) {
        static final Service USUAL = new Service(BalancerSettings.of(Algorithm.peakEwma()), CallSettings.usual());
    }

    /** With the defaults for every service: peak EWMA, within the node's own zone as far as that has the capacity. */
    public static LoadBalancing feature() {
        return new LoadBalancing(Map.of());
    }

    /**
     * Balances that service so.
     *
     * @param name as {@code Node.service} names it
     */
    public LoadBalancing service(String name, BalancerSettings balancing, CallSettings calls) {
        Map<String, Service> more = new TreeMap<>(services);
        more.put(name, new Service(balancing, calls));
        return new LoadBalancing(more);
    }

    /**
     * Calls to a service of that name. The same balancer each time, which ends with the cluster.
     *
     * @throws IllegalStateException if the cluster was built without this feature, has not been started or has been stopped
     */
    public static LoadBalancer service(HaCluster cluster, String name) {
        return cluster.feature(ClusterBalancers.class).service(name);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void validate(Settings settings) {}

    @Override
    public RunningFeature create(FeatureContext context) {
        return new ClusterBalancers(context, services);
    }

    @Override
    public String toString() {
        return "load balancing";
    }
}
