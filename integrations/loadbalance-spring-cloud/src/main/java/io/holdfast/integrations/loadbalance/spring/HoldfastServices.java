package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.LoadBalancer;

/**
 * Gives what balances over a service, by the name that clients call it by: {@code @Bean HoldfastServices services(HaCluster cluster) {
 * return name -> LoadBalancing.service(cluster, name); }}. The balancers stay the caller's. Safe from any thread.
 */
@FunctionalInterface
public interface HoldfastServices {
    /** Of a service; called a few times for each service that some client names, when that is first used. */
    LoadBalancer service(String name);
}
