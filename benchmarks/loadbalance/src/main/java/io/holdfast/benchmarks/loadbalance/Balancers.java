package io.holdfast.benchmarks.loadbalance;

import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.Endpoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;

/** Balancers whose work is done at once. */
final class Balancers {
    private Balancers() {}

    static Balancer over(Algorithm algorithm, List<Endpoint> endpoints) {
        Balancer balancer = Balancer.start(
                new Balancer.Identity("benchmark", "client", "http"),
                BalancerSettings.of(algorithm),
                new DirectRuntime(),
                new SimpleMeterRegistry());
        balancer.update(endpoints, 1).toCompletableFuture().join();
        return balancer;
    }
}
