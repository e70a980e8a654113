package io.holdfast.core;

import io.holdfast.core.runtime.NodeRuntime;

/** Where a cluster without a runtime of the user's gets one. */
final class Runtimes {
    private Runtimes() {}

    /**
     * SEAM: returns {@code io.holdfast.core.internal.netty.RealRuntime} for the node as soon as that is part of this
     * module.
     */
    @SuppressWarnings("DoNotCallSuggester") // it throws only until the runtime is wired in here
    static NodeRuntime defaultRuntime(String nodeId) {
        throw new IllegalStateException(
                "node " + nodeId + " has no runtime; give it one with HaCluster.builder(...).runtime(...)");
    }
}
