package io.holdfast.membership;

import io.holdfast.core.HaCluster;
import io.holdfast.core.MemberFacts;
import java.util.function.UnaryOperator;

/**
 * Small messages between members, and what this node says of itself. Get it by {@link #of}. Safe from any thread; nothing here
 * waits.
 */
public interface MemberGossip {
    /** The largest message, in bytes. */
    int MOST_BYTES = 512;

    /**
     * The running gossip of a node.
     *
     * @throws IllegalStateException if the cluster was built without {@link GossipMembership}, or has not been started
     */
    static MemberGossip of(HaCluster cluster) {
        return cluster.feature(MemberGossip.class);
    }

    /**
     * Sends a message to one member, best effort: it may be lost, and, rarely, arrive twice.
     *
     * @return false if that member is not known to be there, or {@value #MOST_WAITING} messages wait already; nothing was sent
     * @throws IllegalArgumentException if the payload is larger than {@link #MOST_BYTES}
     */
    boolean send(String nodeId, byte[] payload);

    /**
     * Spreads a message to all members that are there, this node not included, best effort: with high probability it reaches
     * each of them, once, in no order.
     *
     * @return false if {@value #MOST_WAITING} messages wait already; nothing was sent
     * @throws IllegalArgumentException if the payload is larger than {@link #MOST_BYTES}
     */
    boolean broadcast(byte[] payload);

    /**
     * Changes what this node says of itself to the others; see {@link io.holdfast.core.spi.Membership#say}.
     *
     * @param change runs on the caller's thread, more than once if another thread changes it at the same time; what it throws
     *     the caller gets, and nothing has changed
     */
    void tell(UnaryOperator<MemberFacts> change);

    /** Messages of the caller's that may wait to be sent. */
    int MOST_WAITING = 1_024;
}
