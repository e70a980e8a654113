package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A service's endpoints for Spring's own load balancers, pushed as they change; without a cache in between, which would make them
 * old. It knows of no master, no health and no outliers: {@link HoldfastInstanceBalancer} does. Safe from any thread.
 */
public final class HoldfastInstances implements ServiceInstanceListSupplier {
    private final String service;
    private final LoadBalancer calls;

    /** Of that service. */
    public HoldfastInstances(String service, LoadBalancer calls) {
        this.service = service;
        this.calls = calls;
    }

    @Override
    public String getServiceId() {
        return service;
    }

    /** The present list at once, and then each other one; whoever is slow gets the latest only. */
    @Override
    public Flux<List<ServiceInstance>> get() {
        return Flux.<List<ServiceInstance>>create(
                        sink -> {
                            EndpointSource.Subscription subscription = calls.listen(() -> sink.next(instances()));
                            sink.onDispose(subscription::cancel);
                        },
                        FluxSink.OverflowStrategy.LATEST)
                .distinctUntilChanged();
    }

    private List<ServiceInstance> instances() {
        return calls.directory().endpoints().stream()
                .<ServiceInstance>map(endpoint -> new EndpointInstance(service, endpoint))
                .toList();
    }
}
