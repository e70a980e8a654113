package io.holdfast.core.runtime;

import io.holdfast.core.Address;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Connections that carry frames: byte strings with a bounded length, in order, each delivered whole or not at all
 * while the connection lasts. What is in a frame is not the transport's concern.
 */
public interface Transport {

    /**
     * Accepts connections. Called before the node starts, on any thread; the acceptor is called on the loop.
     *
     * @param bind where; port 0 lets the system choose
     * @return the listener, bound
     * @throws IOException naming the address, if it cannot be bound
     */
    Listener listen(Address bind, Acceptor acceptor) throws IOException;

    /**
     * Opens a connection. Returns at once; {@code handler} hears {@code opened} or {@code closed}, on the loop and
     * never from within this call.
     */
    void connect(InetSocketAddress target, ConnectionHandler handler);

    /** The largest frame that can be sent or received, in bytes. */
    int maxFrameBytes();

    /** A bound address. */
    interface Listener extends AutoCloseable {
        /** Where it is bound, with the port that the system chose. */
        InetSocketAddress address();

        /** Accepts no more; connections already accepted stay. Idempotent. */
        @Override
        void close();
    }

    /** Says who handles a connection that someone else opened. */
    @FunctionalInterface
    interface Acceptor {
        /** Called before the connection's {@code opened}. */
        ConnectionHandler accept(InetSocketAddress remote);

        /**
         * A connection was refused before it was one, so that nobody's {@link #accept} hears of it.
         *
         * @param detail for the log: what the far end did
         * @return a frame to send in plain before it is closed, of which the transport takes ownership; or null. Whoever is
         *     at the far end reads it
         */
        default @Nullable ByteBuf refused(InetSocketAddress remote, Refusal refusal, String detail) {
            return null;
        }
    }

    /** Why a connection that someone opened is refused. */
    enum Refusal {
        /** It does not begin as a connection of Holdfast's does. */
        NOT_HOLDFAST,
        /** It did not say in time what it is. */
        SILENT,
        /** More are open than are allowed. */
        TOO_MANY,
        /** It sent more than a TLS handshake can need before one was done. */
        TOO_MUCH,
        /** It speaks in plain, and this node speaks TLS. */
        PLAIN_TEXT,
        /** It speaks TLS, and this node speaks in plain. */
        TLS_NOT_SPOKEN,
        /** It showed no certificate. */
        NO_CERTIFICATE,
        /** Its certificate is not signed by an authority that this node trusts, or is not for this use. */
        UNTRUSTED_CERTIFICATE,
        /** Its certificate is no longer valid, or not yet. */
        EXPIRED_CERTIFICATE,
        /** It does not take this node's certificate. */
        OWN_CERTIFICATE_REFUSED,
        /** TLS did not come about for another reason. */
        TLS_FAILED
    }
}
