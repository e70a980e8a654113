package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Tried;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.EmptyResponse;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Picks instances as a {@link LoadBalancer} does: the master or slaves as the {@link RequestRouting} says, by its algorithm, health,
 * outliers and zones. While there is nobody, such as a master, it waits for {@link io.holdfast.loadbalance.CallSettings#hold()}, without a thread, for at most {@link
 * io.holdfast.loadbalance.CallSettings#mostHeld()} requests at a time. A request that Spring tries again goes
 * elsewhere; one to the master waits for another to be announced, for 0.5, 1, 2 and 4 s, before the same is asked again. How requests end is fed back by
 * {@link OutcomeLifecycle}, and what is to travel with them put in by {@link RoutingHeadersTransformer}; {@link HoldfastBalancing} has all of it. Safe
 * from any thread.
 */
public final class HoldfastInstanceBalancer implements ReactorServiceInstanceLoadBalancer {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final int MOST_DOUBLED = 3;

    private final String service;
    private final LoadBalancer calls;
    private final RequestRouting routing;
    private final AtomicInteger held = new AtomicInteger();

    /** For that service. */
    public HoldfastInstanceBalancer(String service, LoadBalancer calls, RequestRouting routing) {
        this.service = service;
        this.calls = calls;
        this.routing = routing;
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public Mono<Response<ServiceInstance>> choose(Request request) {
        return Mono.defer(() -> {
            LoadBalancer routed = routing.route(calls, (Request<?>) request);
            EndpointInstance before = before((Request<?>) request);
            EndpointInstance instance = pick(routed, before);
            if (instance != null && !instance.isSameMaster(before)) {
                return Mono.just(new DefaultResponse(instance));
            }
            if (held.incrementAndGet() > calls.settings().mostHeld()) {
                held.decrementAndGet();
                return Mono.just(new EmptyResponse());
            }
            return waiting(routed, before, instance).doFinally(end -> held.decrementAndGet());
        });
    }

    /** @param same the master that failed, which is asked again where no other is announced; null if there is none */
    private Mono<Response<ServiceInstance>> waiting(
            LoadBalancer routed, @Nullable EndpointInstance before, @Nullable EndpointInstance same) {
        Duration hold = calls.settings().hold();
        Duration pause = before == null
                ? hold
                : FIRST_PAUSE.multipliedBy(
                        1L << Math.min(MOST_DOUBLED, before.tried().size() - 1));
        boolean sooner = same != null && pause.compareTo(hold) < 0;
        Response<ServiceInstance> otherwise = same == null ? new EmptyResponse() : new DefaultResponse(same);
        return Mono.<Response<ServiceInstance>>create(sink -> {
                    EndpointSource.Subscription subscription = routed.listen(() -> {
                        EndpointInstance instance = pick(routed, before);
                        if (instance != null && !instance.isSameMaster(before)) {
                            sink.success(new DefaultResponse(instance));
                        }
                    });
                    sink.onDispose(subscription::cancel);
                })
                .publishOn(Schedulers.parallel()) // what the application does next is nothing for the balancer's thread
                .timeout(sooner ? pause : hold, Mono.fromSupplier(() -> {
                    EndpointInstance instance = pick(routed, before); // not all that makes room is told
                    return instance == null ? otherwise : new DefaultResponse(instance);
                }));
    }

    /** Where it was tried last; null if it was not. */
    private static @Nullable EndpointInstance before(Request<?> request) {
        return request.getContext() instanceof RetryableRequestContext again
                        && again.getPreviousServiceInstance() instanceof EndpointInstance before
                ? before
                : null;
    }

    /** A pick counts as a request when that begins: some are only asked for. */
    private @Nullable EndpointInstance pick(LoadBalancer routed, @Nullable EndpointInstance before) {
        Tried tried = before == null ? new Tried() : before.tried();
        Attempt attempt = routed.begin(tried);
        if (attempt == null && tried.size() > 0) { // that was everywhere
            attempt = routed.begin(null);
        }
        if (attempt == null) {
            return null;
        }
        routed.end(attempt, Outcome.CANCELLED);
        return new EndpointInstance(service, routed, attempt, tried);
    }
}
