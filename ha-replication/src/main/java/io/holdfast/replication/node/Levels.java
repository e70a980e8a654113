package io.holdfast.replication.node;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;

/**
 * Which formats this node may write into the log, into snapshots and into what is decided by both: whoever adds one asks {@link
 * #atLeast} before each use. The answer changes where the log says so, at the same index on all nodes, and once true it stays so.
 * Written on the loop, read on any thread.
 */
public final class Levels {
    private final String node;
    private final int supported;
    private volatile int applied = FeatureLevel.BASE;

    Levels(String node, int supported) {
        this.node = node;
        this.supported = supported;
    }

    /** The highest that this node's release supports. */
    int supported() {
        return supported;
    }

    /** True if what came with that level may be written: everybody who will read it supports it. */
    public boolean atLeast(int level) {
        return applied >= level;
    }

    /** That configuration holds, after what has been applied. */
    void applied(Configuration configuration) {
        // The core let none through; what is applied without being understood would differ from node to node.
        FeatureLevel.require(node, configuration.level(), supported);
        applied = configuration.level();
    }
}
