package io.holdfast.integrations.loadbalance.spring;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * What balances a service's clients, for {@code @LoadBalancerClients(defaultConfiguration = HoldfastBalancing.class)} or {@code
 * @LoadBalancerClient(name = "orders", configuration = HoldfastBalancing.class)}. Wants a {@link HoldfastServices} bean, and takes a
 * {@link RequestRouting} if there is one; {@link RoutingHeadersTransformer} is a bean of the application's own, and
 * {@link CancelledRequests} a filter of each balanced {@code WebClient.Builder}. Not a
 * {@code @Configuration}, so that no scan makes it one of the whole application.
 */
public class HoldfastBalancing {
    /** For Spring. */
    public HoldfastBalancing() {}

    private static String service(Environment environment) {
        return environment.getRequiredProperty(LoadBalancerClientFactory.PROPERTY_NAME);
    }

    /** The endpoints. */
    @Bean
    public ServiceInstanceListSupplier holdfastInstances(Environment environment, HoldfastServices services) {
        String service = service(environment);
        return new HoldfastInstances(service, services.service(service));
    }

    /** The picks. */
    @Bean
    public ReactorServiceInstanceLoadBalancer holdfastInstanceBalancer(
            Environment environment, HoldfastServices services, ObjectProvider<RequestRouting> routing) {
        String service = service(environment);
        return new HoldfastInstanceBalancer(
                service, services.service(service), routing.getIfAvailable(RequestRouting::toAnybody));
    }

    /** The outcomes. */
    @Bean
    public LoadBalancerLifecycle<Object, Object, ServiceInstance> holdfastOutcomes() {
        return new OutcomeLifecycle();
    }
}
