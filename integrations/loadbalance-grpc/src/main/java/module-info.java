import org.jspecify.annotations.NullMarked;

/** Load balancing for gRPC. */
@NullMarked
module io.holdfast.integrations.loadbalance.grpc {
    requires transitive io.grpc;
    requires transitive io.holdfast.loadbalance;
    requires org.slf4j;

    exports io.holdfast.integrations.loadbalance.grpc;

    provides io.grpc.LoadBalancerProvider with
            io.holdfast.integrations.loadbalance.grpc.HoldfastPolicyProvider;
}
