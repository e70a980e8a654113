package io.holdfast.core.runtime;

import io.netty.buffer.ByteBuf;

/**
 * What happens to one connection: {@code opened} at most once, then frames, then {@code closed} exactly once, which may
 * also come without {@code opened}. All on the loop.
 */
public interface ConnectionHandler {

    /** The connection stands. */
    void opened(Connection connection);

    /**
     * A frame has arrived. The handler may read it during the call and must {@code retain} what it keeps. A handler
     * that throws {@link io.holdfast.core.spi.MalformedFrameException} has its connection closed as {@link
     * CloseReason#PROTOCOL}, which disturbs nobody else.
     */
    void received(Connection connection, ByteBuf frame);

    /** The last frame of a series that arrived together has been handed over: the moment to answer them all. */
    default void receivedAll(Connection connection) {}

    /** What was queued has fallen below the transport's low mark, after it had been above the high one. */
    default void writable(Connection connection) {}

    /**
     * The connection is gone, or could not be opened.
     *
     * @param detail for people: the system's message, or why this side closed it
     */
    void closed(CloseReason reason, String detail);

    /** Why a connection ended, as far as it can be told. */
    enum CloseReason {
        /** This side closed it. */
        LOCAL,
        /** The far end closed it, orderly or by a reset. */
        REMOTE,
        /** The far host answers, but nothing listens at that port: evidence that the process is dead. */
        REFUSED,
        /** No answer in time, or no route: says nothing about the process. */
        UNREACHABLE,
        /** The far end broke the rules of framing or of the protocol above. */
        PROTOCOL,
        /** TLS did not come about, or broke: one end does not take the other's certificate, or does not speak TLS. */
        SECURITY
    }
}
