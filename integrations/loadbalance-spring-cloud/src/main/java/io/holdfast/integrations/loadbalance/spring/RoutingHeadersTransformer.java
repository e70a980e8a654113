package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.Attempt;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.support.HttpRequestWrapper;

/**
 * Puts token, bound and session's position into requests of {@code RestTemplate} and {@code RestClient}: {@link
 * io.holdfast.loadbalance.RoutingHeaders}. OpenFeign asks no such transformer, so its requests carry none of these. A bean of the application's. Safe from any thread.
 */
public final class RoutingHeadersTransformer implements LoadBalancerRequestTransformer {
    /** Of all services. */
    public RoutingHeadersTransformer() {}

    @Override
    public HttpRequest transformRequest(HttpRequest request, ServiceInstance to) {
        Attempt attempt = to instanceof EndpointInstance instance ? instance.attempt() : null;
        if (attempt == null || attempt.headers().isEmpty()) {
            return request;
        }
        HttpHeaders headers = new HttpHeaders();
        headers.addAll(request.getHeaders());
        attempt.headers().forEach(headers::set);
        return new HttpRequestWrapper(request) {
            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }
        };
    }
}
