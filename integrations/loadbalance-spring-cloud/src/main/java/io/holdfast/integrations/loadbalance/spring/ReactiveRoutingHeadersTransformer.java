package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.Attempt;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.web.reactive.function.client.ClientRequest;

/** The same as {@link RoutingHeadersTransformer} for {@code WebClient}. */
public final class ReactiveRoutingHeadersTransformer implements LoadBalancerClientRequestTransformer {
    /** Of all services. */
    public ReactiveRoutingHeadersTransformer() {}

    @Override
    public ClientRequest transformRequest(ClientRequest request, ServiceInstance to) {
        Attempt attempt = to instanceof EndpointInstance instance ? instance.attempt() : null;
        return attempt == null
                ? request
                : ClientRequest.from(request)
                        .headers(headers -> attempt.headers().forEach(headers::set))
                        .build();
    }
}
