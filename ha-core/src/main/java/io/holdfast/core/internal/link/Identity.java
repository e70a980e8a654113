package io.holdfast.core.internal.link;

import java.util.UUID;

/**
 * What a node says of itself in a handshake.
 *
 * @param clusterId zero while no cluster has been formed
 * @param diskId zero for a node without a disk, or that does not know it yet
 * @param member false for a client
 */
record Identity(String clusterName, UUID clusterId, String nodeId, UUID diskId, boolean member) {
    static final UUID NONE = new UUID(0, 0);

    Identity with(UUID cluster, UUID disk) {
        return new Identity(clusterName, cluster, nodeId, disk, member);
    }

    @Override
    public String toString() {
        return nodeId + " of cluster " + clusterName;
    }
}
