package io.holdfast.replication.log;

import io.holdfast.core.Address;
import java.util.List;
import java.util.UUID;

/**
 * Who a node is, and of which cluster.
 *
 * @param clusterName the cluster's name as configured, without control characters
 * @param clusterId drawn when the cluster was formed; zero before
 * @param nodeId the node's id as configured
 * @param diskId drawn when the directory was first used: another directory is another voter
 * @param state how far the cluster's forming has come
 * @param voters who votes, in the order in which they were configured
 */
public record Identity(
        String clusterName, UUID clusterId, String nodeId, UUID diskId, State state, List<Voter> voters) {

    /** How far the forming of a cluster has come, as this node knows. */
    public enum State {
        /** Begun: the node has said its disk id to others, and may be part of a cluster that it does not know yet. */
        FORMING,
        /** Done, for ever. */
        FORMED
    }

    /**
     * Who votes.
     *
     * @param nodeId its node id
     * @param diskId its disk; zero while that is not known
     * @param address where it is dialled
     */
    public record Voter(String nodeId, UUID diskId, Address address) {}

    /** Copies the list, and checks what could not be written. */
    public Identity {
        voters = List.copyOf(voters);
        if (clusterName.isEmpty() || clusterName.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "cluster name \"" + clusterName + "\" is empty or has control characters");
        }
    }
}
