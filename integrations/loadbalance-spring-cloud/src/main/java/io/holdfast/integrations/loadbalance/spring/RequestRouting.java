package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.LoadBalancer;
import java.util.Set;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.http.HttpMethod;

/** Says where each request is to go: to the master, to slaves, how fresh, for which session. Called for each try; safe from any thread. */
@FunctionalInterface
public interface RequestRouting {
    /**
     * Where that one goes.
     *
     * @param calls to the request's service
     * @param request whose context is a {@link RequestDataContext} if it is one of HTTP, with method, URI, headers and attributes
     * @return {@code calls}, or what one of its methods gives
     */
    LoadBalancer route(LoadBalancer calls, Request<?> request);

    /** To anybody; so where there is no such bean. */
    static RequestRouting toAnybody() {
        return (calls, request) -> calls;
    }

    /** GET, HEAD, OPTIONS and TRACE to slaves, everything else to the master. */
    static RequestRouting byMethod() {
        Set<HttpMethod> reads = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);
        return (calls, request) -> request.getContext() instanceof RequestDataContext http
                        && http.getClientRequest() != null
                        && reads.contains(http.getClientRequest().getHttpMethod())
                ? calls.toSlaves()
                : calls.toMaster();
    }
}
