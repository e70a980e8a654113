package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Opens a dialled connection: sends the preamble, then makes room for the connection itself. TLS would begin here. */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class OutboundPreamble extends ChannelInboundHandlerAdapter {
    private final NettyConnection connection;

    OutboundPreamble(NettyConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel channel = context.channel();
        if (channel.localAddress() != null && channel.localAddress().equals(channel.remoteAddress())) {
            // TCP lets a socket connect to its own port, if the system happens to choose the port dialled.
            connection.end(CloseReason.REFUSED, "nothing listens at " + channel.remoteAddress());
            return;
        }
        channel.write(Preamble.plain());
        channel.pipeline().replace(this, null, connection);
        connection.opened();
        channel.flush();
    }
}
