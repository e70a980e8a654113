package io.holdfast.core.internal.link;

import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who may link to whom, as pure functions of what the two ends say. Both ends check; neither trusts the other to. */
final class HandshakeRules {
    /** The number of the operators' protocol. */
    static final int OPERATORS = 4;

    private HandshakeRules() {}

    /** The acceptor's view: why the dialler is rejected, or null if as far as identities go it may link. */
    static @Nullable Reject judge(Identity self, Hello hello) {
        if (hello.lowestVersion() > Handshake.HIGHEST_VERSION || hello.highestVersion() < Handshake.LOWEST_VERSION) {
            return new Reject(
                    RejectCode.NO_COMMON_VERSION,
                    hello.nodeId() + " speaks versions " + hello.lowestVersion() + " to " + hello.highestVersion()
                            + " of the link protocol and " + self.nodeId() + " speaks " + Handshake.LOWEST_VERSION
                            + " to " + Handshake.HIGHEST_VERSION + "; upgrade the older one");
        }
        if (hello.clusterName().isEmpty()
                ? !mayComeWithoutName(hello)
                : !hello.clusterName().equals(self.clusterName())) {
            return new Reject(
                    RejectCode.OTHER_CLUSTER_NAME,
                    hello.nodeId() + " belongs to cluster " + hello.clusterName() + " and " + self.nodeId()
                            + " to cluster " + self.clusterName() + "; correct the address or the cluster name");
        }
        if (differ(hello.clusterId(), self.clusterId())) {
            return otherClusterId(self, hello.nodeId(), hello.clusterId());
        }
        Reject duplicate = duplicate(self, hello.nodeId(), hello.diskId());
        if (duplicate != null) {
            return duplicate;
        }
        if (!hello.expectedNodeId().isEmpty() && !hello.expectedNodeId().equals(self.nodeId())) {
            return notExpected(hello.nodeId(), hello.expectedNodeId(), self.nodeId());
        }
        return null;
    }

    /** Operators' tools alone, which are told an address and ask there what the cluster is. */
    private static boolean mayComeWithoutName(Hello hello) {
        return hello.protocol() == OPERATORS && !hello.member();
    }

    /** The dialler's view: why it does not take the acceptor, or null if it does. */
    static @Nullable Reject judge(Identity self, @Nullable String expectedNodeId, Welcome welcome) {
        if (welcome.version() < Handshake.LOWEST_VERSION || welcome.version() > Handshake.HIGHEST_VERSION) {
            return new Reject(
                    RejectCode.NO_COMMON_VERSION,
                    welcome.nodeId() + " chose version " + welcome.version() + " of the link protocol, which "
                            + self.nodeId() + " did not offer");
        }
        if (differ(welcome.clusterId(), self.clusterId())) {
            return otherClusterId(self, welcome.nodeId(), welcome.clusterId());
        }
        Reject duplicate = duplicate(self, welcome.nodeId(), welcome.diskId());
        if (duplicate != null) {
            return duplicate;
        }
        if (expectedNodeId != null && !expectedNodeId.equals(welcome.nodeId())) {
            return notExpected(self.nodeId(), expectedNodeId, welcome.nodeId());
        }
        return null;
    }

    /** The version that the acceptor chooses for a hello that {@link #judge(Identity, Hello)} has passed. */
    static int chosenVersion(Hello hello) {
        return Math.min(hello.highestVersion(), Handshake.HIGHEST_VERSION);
    }

    private static boolean differ(UUID one, UUID other) {
        return !one.equals(Identity.NONE) && !other.equals(Identity.NONE) && !one.equals(other);
    }

    private static Reject otherClusterId(Identity self, String farNode, UUID farCluster) {
        return new Reject(
                RejectCode.OTHER_CLUSTER_ID,
                farNode + " belongs to the cluster " + self.clusterName() + " with the id " + farCluster + " and "
                        + self.nodeId() + " to another one of that name, with the id " + self.clusterId()
                        + "; correct the address, or empty the directory of the node that is to join");
    }

    private static @Nullable Reject duplicate(Identity self, String farNode, UUID farDisk) {
        if (farNode.equals(self.nodeId())) {
            return new Reject(
                    RejectCode.DUPLICATE_IDENTITY,
                    "both ends say that they are " + self + "; either an address leads a node to itself, or two"
                            + " processes run under one node id: give each its own");
        }
        if (!farDisk.equals(Identity.NONE) && farDisk.equals(self.diskId())) {
            return new Reject(
                    RejectCode.DUPLICATE_IDENTITY,
                    farNode + " and " + self.nodeId() + " of cluster " + self.clusterName() + " say that they stand on"
                            + " the same disk " + farDisk + "; a node's directory must not be copied to another node");
        }
        return null;
    }

    private static Reject notExpected(String dialler, String expected, String found) {
        return new Reject(
                RejectCode.NOT_THE_EXPECTED_NODE,
                dialler + " looked for " + expected + " and reached " + found
                        + "; correct the address at which it looks for " + expected);
    }
}
