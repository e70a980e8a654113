package io.holdfast.integrations.loadbalance.spring;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Tells balancers of requests of {@code WebClient} that are cancelled before they are answered, as by {@code timeout} or where their own
 * caller has gone: Spring's balancing tells nobody, and they would stay in flight for ever. A filter of each balanced builder's own, before any
 * other: {@code @Bean @LoadBalanced WebClient.Builder orders() { return WebClient.builder().filter(new CancelledRequests()); }}; one that
 * is added after Spring has made the builder balanced sees nothing. Safe from any thread.
 */
public final class CancelledRequests implements ExchangeFilterFunction {
    /** For any number of builders; it has no state. */
    public CancelledRequests() {}

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.defer(() -> {
            BegunRequest begun = new BegunRequest();
            ClientRequest marked = ClientRequest.from(request)
                    .attribute(BegunRequest.ATTRIBUTE, begun)
                    .build();
            return next.exchange(marked).doOnCancel(begun::cancel);
        });
    }
}
