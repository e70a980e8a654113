package io.holdfast.benchmarks.springcloud;

import io.holdfast.benchmarks.picks.PickSubject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.DefaultRequestContext;
import org.springframework.cloud.loadbalancer.core.CachingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.RandomLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;
import reactor.core.publisher.Flux;

/** Spring Cloud's load balancers over a fixed list, bare and with the cache that applications have by default. */
public final class SpringCloudPicks implements PickSubject {
    /** For {@link Class#forName}. */
    public SpringCloudPicks() {}

    private record Fixed(Flux<List<ServiceInstance>> instances) implements ServiceInstanceListSupplier {
        @Override
        public String getServiceId() {
            return "svc";
        }

        @Override
        public Flux<List<ServiceInstance>> get() {
            return instances;
        }
    }

    @Override
    public List<String> algorithms() {
        return List.of("round-robin", "random", "round-robin-cached");
    }

    @Override
    public Pick newPick(String algorithm, int endpoints, boolean weighted) {
        List<ServiceInstance> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            Map<String, String> metadata = new HashMap<>();
            all.add(new DefaultServiceInstance(
                    String.valueOf(i), "svc", "10.0." + i / 250 + "." + i % 250, 8080, false, metadata));
        }
        ServiceInstanceListSupplier supplier = new Fixed(Flux.just(all));
        if (algorithm.endsWith("-cached")) {
            supplier = new CachingServiceInstanceListSupplier(
                    supplier,
                    new ConcurrentMapCacheManager(CachingServiceInstanceListSupplier.SERVICE_INSTANCE_CACHE_NAME));
        }
        SimpleObjectProvider<ServiceInstanceListSupplier> provider = new SimpleObjectProvider<>(supplier);
        ReactorServiceInstanceLoadBalancer balancer = algorithm.equals("random")
                ? new RandomLoadBalancer(provider, "svc")
                : new RoundRobinLoadBalancer(provider, "svc", 0);
        DefaultRequest<DefaultRequestContext> request = new DefaultRequest<>(new DefaultRequestContext());
        return i -> Objects.requireNonNull(
                Objects.requireNonNull(balancer.choose(request).block()).getServer());
    }
}
