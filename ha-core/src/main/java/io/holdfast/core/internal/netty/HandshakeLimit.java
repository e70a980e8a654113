package io.holdfast.core.internal.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Stands before TLS until its handshake is done, and bounds what the far end may send up to there. Netty's handler keeps
 * whatever arrives while a task of the handshake waits for its worker, and reads on: without a bound a stranger would choose
 * how much memory that takes.
 *
 * <p>An honest handshake is far below: the JDK takes no message of more than 32 KiB, the only large one holds the certificates,
 * and no end sends more than a hello before it has heard from the other. On the loop.
 */
final class HandshakeLimit extends ChannelDuplexHandler {
    static final int MOST_BYTES = 64 * 1024;
    static final String EXCEEDED =
            "sent more than " + MOST_BYTES / 1024 + " KiB before its TLS handshake was done, which needs far less";

    private final Runnable exceeded;
    private long received;
    private boolean over;

    /** @param exceeded has to close the channel, from which no more is read; called once */
    HandshakeLimit(Runnable exceeded) {
        this.exceeded = exceeded;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        received += bytes.readableBytes();
        if (received <= MOST_BYTES) {
            context.fireChannelRead(bytes);
            return;
        }
        bytes.release();
        if (!over) {
            over = true;
            context.channel().config().setAutoRead(false); // the closing may take a moment
            exceeded.run();
        }
    }

    /** Where reading is off, TLS asks for more by itself until its handshake is done. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!over) {
            context.read();
        }
    }
}
