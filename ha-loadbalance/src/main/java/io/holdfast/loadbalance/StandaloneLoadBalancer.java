package io.holdfast.loadbalance;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletionStage;

/** Calls to a service that is not one of the cluster's own: from a fixed list, DNS, or what the caller knows. Closed when done. */
public final class StandaloneLoadBalancer implements AutoCloseable {
    private final CallKernel kernel;
    private final EndpointSource.Subscription subscription;

    private StandaloneLoadBalancer(CallKernel kernel, EndpointSource source) {
        this.kernel = kernel;
        this.subscription = source.subscribe(kernel.runtime(), kernel::hear);
    }

    /**
     * Starts one.
     *
     * @param runtime such as {@link BalancerRuntime#of(java.util.concurrent.ScheduledExecutorService, java.util.function.Supplier)};
     *     it stays the caller's
     */
    public static StandaloneLoadBalancer start(
            Balancer.Identity identity,
            EndpointSource source,
            BalancerSettings balancing,
            CallSettings calls,
            BalancerRuntime runtime,
            MeterRegistry registry) {
        return new StandaloneLoadBalancer(new CallKernel(identity, balancing, calls, runtime, registry), source);
    }

    /** Calls by it. */
    public LoadBalancer calls() {
        return LoadBalancer.over(kernel);
    }

    /** Completes when the source says something new: for tests, and to wait for a first list. */
    CompletionStage<Void> nextChange() {
        return kernel.nextChange();
    }

    /** How many calls that do not block have not ended: for tests. */
    int waiting() {
        return kernel.timeouts().size();
    }

    /**
     * Ends it: new calls are refused; those that wait are given up, and those on their way that do not block; those that block end by
     * themselves. Idempotent.
     */
    @Override
    public void close() {
        subscription.cancel();
        kernel.close();
    }
}
