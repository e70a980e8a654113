package io.holdfast.core.spi;

import io.holdfast.core.Node;

/**
 * Something a cluster can be built with: {@code HaCluster.builder("shop").with(feature)}. An instance is immutable
 * configuration; {@link #create} makes the running part.
 */
public interface HaFeature {

    /** One word, unique in a cluster, for messages: {@code replication}. */
    String name();

    /**
     * Checks the configuration against the node it will run on, at {@code build()}.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    void validate(Settings settings);

    /**
     * What the builder knows before anything runs.
     *
     * @param clusterName the cluster's name
     * @param node the node it will run on
     * @param standalone true for {@code HaCluster.singleNode()}: a cluster of this node alone
     * @param tls true if its connections are encrypted
     */
    record Settings(String clusterName, Node node, boolean standalone, boolean tls) {}

    /** True if its running part is an {@link ElectionEngine}. A cluster has at most one. */
    default boolean isElectionEngine() {
        return false;
    }

    /** True if it works only where something elects; refused at {@code build()} if nothing does. */
    default boolean needsElectionEngine() {
        return false;
    }

    /** True if its running part is a {@link Membership}. A cluster has at most one. */
    default boolean isMembership() {
        return false;
    }

    /** Makes the running part, which does nothing before its {@code start}. */
    RunningFeature create(FeatureContext context);
}
