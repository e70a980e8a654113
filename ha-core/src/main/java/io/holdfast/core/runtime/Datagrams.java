package io.holdfast.core.runtime;

import io.holdfast.core.Address;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Datagrams: byte strings with a small bound, each of which arrives whole, late, twice or not at all, in any order, and from
 * whoever claims to have sent it. What is in one is not this seam's concern.
 *
 * <p>There may be none: a network may let TCP pass and nothing else, and a runtime may have no datagrams. So whoever uses
 * them has another way for what must get through.
 */
public interface Datagrams {

    /**
     * Opens a socket that sends and receives. On any thread; the handler is called on the loop.
     *
     * @param bind where; port 0 lets the system choose. The port of a TCP listener is free for datagrams unless another
     *     process has it for datagrams
     * @return the socket, bound
     * @throws IOException naming the address, if it cannot be bound
     */
    Socket bind(Address bind, Handler handler) throws IOException;

    /** The largest datagram that can be sent or received, in bytes, without the headers of UDP and IP. */
    int maxDatagramBytes();

    /** Those of a runtime that has none: binding fails. */
    static Datagrams none() {
        return new Datagrams() {
            @Override
            public Socket bind(Address bind, Handler handler) throws IOException {
                throw new IOException("cannot bind " + bind + " for datagrams: this runtime has none");
            }

            @Override
            public int maxDatagramBytes() {
                return 1_400;
            }
        };
    }

    /** A bound socket. Used on the loop, save for {@link #address} and {@link #close}, which are safe from any thread. */
    interface Socket extends AutoCloseable {
        /** Where it is bound, with the port that the system chose. */
        InetSocketAddress address();

        /**
         * Sends a datagram at the end of the loop's turn, and takes ownership of it. Never blocks.
         *
         * @param to resolved
         * @return false if the socket is closed, or its queue is full because the system takes no more at the moment: the
         *     datagram was released and will not be sent
         * @throws IllegalArgumentException if it is empty or larger than {@link Datagrams#maxDatagramBytes()}, or {@code to} is
         *     not resolved; it was released
         */
        boolean send(InetSocketAddress to, ByteBuf payload);

        /** Sends and hears no more. Idempotent. */
        @Override
        void close();
    }

    /** Hears what arrives at a socket. All on the loop, never from within a call of the socket's. */
    interface Handler {
        /**
         * A datagram has arrived. The handler may read it during the call and must {@code retain} what it keeps. What it
         * throws stops the node, so it catches what a stranger's bytes can cause.
         *
         * @param from the address that it bears, which anybody can forge
         */
        void received(InetSocketAddress from, ByteBuf payload);

        /** One arrived that was larger than {@link Datagrams#maxDatagramBytes()}, and was dropped. */
        default void tooLarge(InetSocketAddress from) {}

        /**
         * The system would not send a datagram: no route, or a firewall of this host's. That nobody listens at the far end is
         * not told: the answer to it (ICMP, port unreachable) reaches only sockets that are connected to one far end. So a
         * failure says nothing of the far process; evidence that it is dead comes from dialling it by {@link Transport}.
         *
         * @param detail for people: the system's message
         */
        default void failed(InetSocketAddress to, String detail) {}
    }
}
