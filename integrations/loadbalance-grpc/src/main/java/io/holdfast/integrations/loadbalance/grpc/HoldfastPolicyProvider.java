package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;

/**
 * The policy {@value #NAME}, found by {@link java.util.ServiceLoader}: picks as the {@link io.holdfast.loadbalance.LoadBalancer} of the
 * channel's target does. For targets of {@link HoldfastResolverProvider} only.
 */
public final class HoldfastPolicyProvider extends LoadBalancerProvider {
    /** For {@code ManagedChannelBuilder.defaultLoadBalancingPolicy}. */
    public static final String NAME = "holdfast";

    private static final int USUAL = 5;

    /** For the service loader. */
    public HoldfastPolicyProvider() {}

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public int getPriority() {
        return USUAL;
    }

    @Override
    public String getPolicyName() {
        return NAME;
    }

    @Override
    public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
        return new HoldfastPolicy(helper);
    }
}
