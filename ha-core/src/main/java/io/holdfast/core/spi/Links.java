package io.holdfast.core.spi;

import io.holdfast.core.Address;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Connections between nodes after the handshake: each end knows who the other is. One link carries one protocol, so
 * that no protocol waits behind another. Used on the node's loop only.
 */
public interface Links {

    /**
     * Which conversation a link carries.
     *
     * @param id 1 to 255, unique among the features; part of the wire format
     */
    record Protocol(int id, String name) {}

    /**
     * Who is at the far end, as it said in the handshake; with TLS, as its certificate says too.
     *
     * @param nodeId its node id; with TLS one of the names in its certificate
     * @param member true for a node of the cluster, false for a client
     * @param diskId which disk it stands on; zero where it has none yet
     * @param certificateNames the names in its certificate, which has been verified; empty without TLS
     * @param operatorRole what its certificate lets it command; without TLS everyone may do everything, since then the
     *     network is trusted
     */
    record Peer(String nodeId, boolean member, UUID diskId, List<String> certificateNames, OperatorRole operatorRole) {
        public Peer {
            certificateNames = List.copyOf(certificateNames);
        }

        /** One that came without TLS. */
        public Peer(String nodeId, boolean member, UUID diskId) {
            this(nodeId, member, diskId, List.of(), OperatorRole.OPERATE);
        }
    }

    /**
     * Sets what this node says of itself from now on, once a cluster has been formed. Ends every link, since the
     * identity was checked when they were made; outbound ones are made again. Two nodes whose cluster ids differ refuse
     * each other; a node without one, not yet part of a cluster, is spoken to.
     */
    void identify(UUID clusterId, UUID diskId);

    /** Says who takes links of {@code protocol} that others open. At most once a protocol. */
    void accept(Protocol protocol, Acceptor acceptor);

    /**
     * Keeps a link to {@code address}: dials, and when the link ends dials again, at once at first and then with growing
     * pauses, the name resolved again each time, until the link is closed.
     *
     * @param expectedNodeId whom the far end must be, or null to take whoever answers
     */
    OutboundLink dial(Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener);

    /** One end of a link that stands. */
    interface Link {
        /** Who is at the far end. */
        Peer peer();

        /** Where the far end is, for people and logs. */
        default String remote() {
            return "an unknown address";
        }

        /**
         * Queues a frame, and takes ownership of it. Frames leave at the end of the loop's turn.
         *
         * @return false if the link is gone or its queue is full: the frame was released and will not be sent
         */
        boolean send(Lane lane, ByteBuf frame);

        /** Bytes that wait to be sent. */
        long queuedBytes();

        /** Stops or resumes reading, to hold a flood back. */
        void setReading(boolean reading);

        /** Ends it; an outbound one is dialled again. */
        void disconnect(String why);
    }

    /** A link that this node keeps. */
    interface OutboundLink {
        /** The link that stands at this moment, or null while there is none. */
        @Nullable
        Link current();

        /** Dials now instead of after the pause that is running. No effect while the link stands. */
        void dialNow();

        /** Where it dials. */
        Address address();

        /** Ends it for good. No more calls to the listener. Idempotent. */
        void close();
    }

    /** What happens to a link. All on the loop. */
    interface LinkListener {
        /** The handshake is done; frames can be sent. */
        void up(Link link);

        /** A frame; retain what outlives the call. Throwing {@link MalformedFrameException} ends the link. */
        void received(Link link, ByteBuf frame);

        /** The last of the frames that arrived together has been handed over. */
        default void receivedAll(Link link) {}

        /** The queue has drained below the low mark after it had been above the high one. */
        default void writable(Link link) {}

        /** A link that was up is gone. */
        void down(Link link, CloseReason reason, String detail);

        /**
         * A dial failed (outbound only); the next one follows by itself.
         *
         * @param reason {@link CloseReason#REFUSED} is evidence that the far process is dead
         */
        default void dialFailed(CloseReason reason, String detail) {}
    }

    /** Takes inbound links. */
    @FunctionalInterface
    interface Acceptor {
        /** Returns who listens to the link, or throws {@link RefusedException} with what the far end should be told. */
        LinkListener accept(Peer peer);
    }

    /** A link is not wanted. */
    class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param message what the far end is told and logs */
        public RefusedException(String message) {
            super(message);
        }
    }
}
