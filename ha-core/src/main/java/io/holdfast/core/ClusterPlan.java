package io.holdfast.core;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.HaFeature;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a builder was told, checked.
 *
 * @param mastership what to tell of it, or null
 * @param tls null for a node that speaks in plain
 * @param maxInboundConnections open at once, of a runtime that is not the user's
 * @param http where to serve probes, or null
 * @param listener of events, or null
 * @param memberListener of what happens to members, or null
 * @param runtime the user's, or null for the default one, which is made when the node starts
 * @param callbacks the user's, or null for a thread of the node's own
 * @param meters the user's, or null for a private one
 * @param stopOnShutdown whether it stops when the JVM is told to end
 * @param origins what was set by file and environment, and where, for the log
 */
record ClusterPlan(
        String name,
        Node node,
        boolean standalone,
        List<HaFeature> features,
        Map<String, HealthCheck> healthChecks,
        @Nullable CallbackDuty mastership,
        @Nullable TlsPlan tls,
        int maxInboundConnections,
        @Nullable HttpPlan http,
        @Nullable Consumer<HaEvent> listener,
        @Nullable Consumer<MemberEvent> memberListener,
        @Nullable NodeRuntime runtime,
        @Nullable Executor callbacks,
        @Nullable MeterRegistry meters,
        boolean stopOnShutdown,
        List<String> origins) {

    @Override
    public String toString() {
        return "node " + node.id() + " of cluster " + name;
    }
}
