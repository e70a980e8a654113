package io.holdfast.core.spi;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * Datagrams on the node's port: the number that its TCP listener has, so that a node has one address for both. All that is
 * sent is sealed and only what the seal opens is handed over; everything else is dropped and counted.
 *
 * <p>It is bound together with the listener, after every feature's {@code open} and before any feature's {@code start}. If it
 * cannot be, the node starts nevertheless, and {@link #problem} says why: the feature then does without. So it does on a
 * client, which binds nothing. Used on the loop from {@code start} on.
 */
public interface DatagramPort {

    /** True if datagrams can be sent and arrive, as far as this host is concerned. */
    boolean isBound();

    /** Why it is not bound, for people; empty if it is. */
    String problem();

    /** The largest payload that fits into one datagram after sealing, in bytes. */
    int maxPayloadBytes();

    /**
     * Seals and sends a payload, of which it takes ownership. Never blocks. Datagrams leave at the end of the loop's turn.
     *
     * @param to resolved
     * @return false if it was dropped: the port is not bound, or the system takes no more at the moment
     * @throws IllegalArgumentException if the payload is empty or larger than {@link #maxPayloadBytes()}; it was released
     */
    boolean send(InetSocketAddress to, ByteBuf payload);

    /** Who hears what arrives. All on the loop, after the feature's {@code start}. */
    interface Handler {
        /**
         * A payload from somebody who has a key of this node's key ring; without a key ring, from anybody who knows the
         * cluster's name. May be late, and out of order. Retain what outlives the call. It may throw {@link
         * MalformedFrameException}, which is counted and disturbs nobody; anything else that it throws stops the node.
         *
         * @param from the address that the datagram bears, which is not sealed
         */
        void received(InetSocketAddress from, ByteBuf payload);

        /**
         * A datagram was dropped since the seal did not open it.
         *
         * @param why never {@link Seal.Outcome#OPENED}
         * @param detail for people
         */
        default void refused(InetSocketAddress from, Seal.Outcome why, String detail) {}

        /** The system would not send a datagram; says nothing of the far process. */
        default void failed(InetSocketAddress to, String detail) {}
    }
}
