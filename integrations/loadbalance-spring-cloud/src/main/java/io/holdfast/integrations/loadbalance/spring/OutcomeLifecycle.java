package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.RoutingHeaders;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.ResponseData;

/**
 * Tells balancers how requests to what {@link HoldfastInstanceBalancer} picked have ended, and sessions how far the log was. A status of
 * 421 that was refused says nothing of the endpoint, 429 and 503 that it has too much to do, other ones of 500 and more that it failed. A
 * request of {@code WebClient} that is cancelled is told by {@link CancelledRequests}. Safe from any thread.
 */
public final class OutcomeLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {
    private static final Logger log = LoggerFactory.getLogger(OutcomeLifecycle.class);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final int LEAST_ERROR = 500;

    /** Of all services; it has no state. */
    public OutcomeLifecycle() {}

    @Override
    public void onStart(Request<Object> request) {}

    @Override
    public void onStartRequest(Request<Object> request, Response<ServiceInstance> picked) {
        EndpointInstance instance = instance(picked);
        if (instance != null) {
            instance.begins();
            BegunRequest.begun(request, instance);
        }
    }

    @Override
    public void onComplete(CompletionContext<Object, ServiceInstance, Object> end) {
        EndpointInstance instance = instance(end.getLoadBalancerResponse());
        LoadBalancer calls = instance == null ? null : instance.calls();
        if (instance == null || calls == null) {
            return;
        }
        Attempt attempt = instance.attempt();
        if (attempt != null && end.getClientResponse() instanceof ResponseData answer) {
            attempt.reached(answer.getHeaders().getFirst(RoutingHeaders.POSITION));
        }
        Outcome outcome = outcome(end, calls); // before anything is ended: the caller's own function has a part in it
        instance.ends(outcome);
    }

    private static @Nullable EndpointInstance instance(@Nullable Response<ServiceInstance> picked) {
        return picked != null && picked.getServer() instanceof EndpointInstance instance ? instance : null;
    }

    private static Outcome outcome(CompletionContext<Object, ServiceInstance, Object> end, LoadBalancer calls) {
        Throwable thrown = end.getThrowable();
        if (end.status() == CompletionContext.Status.FAILED && thrown != null) {
            return outcome(meaning(cause(thrown), calls));
        }
        if (!(end.getClientResponse() instanceof ResponseData answer) || answer.getHttpStatus() == null) {
            return end.status() == CompletionContext.Status.SUCCESS ? Outcome.SUCCESS : Outcome.CANCELLED;
        }
        int status = answer.getHttpStatus().value();
        if (status == RoutingHeaders.STATUS_REFUSED && answer.getHeaders().containsKey(RoutingHeaders.REFUSED)) {
            return Outcome.CANCELLED;
        }
        if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
            return Outcome.OVERLOADED;
        }
        return status >= LEAST_ERROR ? Outcome.FAILURE : Outcome.SUCCESS;
    }

    /** As the caller's function has it; one that fails itself, or says nothing, is told, and the built-in one is asked. */
    private static Failure meaning(Throwable thrown, LoadBalancer calls) {
        try {
            return Objects.requireNonNull(
                    calls.settings().failure().apply(thrown), "the meaning of an exception is null");
        } catch (RuntimeException e) {
            log.error("what says what an exception means failed on {}: {}", thrown.toString(), e, e);
            return Failure.of(thrown);
        }
    }

    /** Spring's clients put what went wrong with the network into exceptions of their own. */
    private static Throwable cause(Throwable thrown) {
        boolean isSprings = thrown.getClass().getName().startsWith("org.springframework.web.");
        return isSprings && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static Outcome outcome(Failure failure) {
        return switch (failure) {
            case NOT_SENT -> Outcome.UNREACHABLE;
            case OVERLOADED -> Outcome.OVERLOADED;
            case UNKNOWN, FAILED -> Outcome.FAILURE;
            case REFUSED, CALLER -> Outcome.CANCELLED;
        };
    }
}
