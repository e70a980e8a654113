package io.holdfast.core.internal.link;

import java.util.UUID;

/**
 * The frames with which a link begins: the dialler says {@link Hello}, the acceptor answers {@link Welcome} or {@link
 * Reject}. {@code docs/formats.md} has the bytes.
 */
sealed interface Handshake {

    /** The lowest version of the link protocol that this code speaks. */
    int LOWEST_VERSION = 1;

    /** The highest version of the link protocol that this code speaks. */
    int HIGHEST_VERSION = 1;

    /**
     * Who dials, and what for.
     *
     * @param clusterName empty for an operator's tool, which takes the cluster that it finds
     * @param protocol the id of the {@code Links.Protocol}, 0 to 255
     * @param expectedNodeId whom the dialler looks for; empty if anyone will do
     */
    record Hello(
            int lowestVersion,
            int highestVersion,
            int protocol,
            boolean member,
            String clusterName,
            UUID clusterId,
            String nodeId,
            UUID diskId,
            String expectedNodeId)
            implements Handshake {}

    /** The link stands. {@code version} is the highest that both ends speak. */
    record Welcome(int version, UUID clusterId, String nodeId, UUID diskId, boolean member) implements Handshake {}

    /** The link does not come about; the acceptor closes the connection. */
    record Reject(RejectCode code, String text) implements Handshake {}
}
