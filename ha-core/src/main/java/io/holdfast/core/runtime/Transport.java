package io.holdfast.core.runtime;

import io.holdfast.core.Address;
import java.io.IOException;
import java.net.InetSocketAddress;

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
    }
}
