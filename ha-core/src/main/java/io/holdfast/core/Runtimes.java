package io.holdfast.core;

import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.NodeRuntime;

/** Where a cluster without a runtime of the user's gets one. */
final class Runtimes {
    private Runtimes() {}

    /** The real one. */
    static NodeRuntime defaultRuntime(ClusterPlan plan) {
        String nodeId = plan.node().id();
        TlsPlan tls = plan.tls();
        TransportConfig config = TransportConfig.defaults().withMaxInboundConnections(plan.maxInboundConnections());
        return tls == null ? RealRuntime.create(nodeId, config) : RealRuntime.create(nodeId, config, tls.credentials());
    }
}
