package io.holdfast.core.internal.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Guards an accepted connection until its preamble has been read. Nobody hears of one that sends something else, or
 * nothing in time. TLS would begin where the preamble is complete.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class InboundPreamble extends ChannelInboundHandlerAdapter {
    private final Preamble preamble = new Preamble();
    private final Duration timeout;
    private final Function<Channel, @Nullable NettyConnection> accept;
    private final LimitedLog log;
    private @Nullable ScheduledFuture<?> deadline;

    InboundPreamble(Duration timeout, Function<Channel, @Nullable NettyConnection> accept, LimitedLog log) {
        this.timeout = timeout;
        this.accept = accept;
        this.log = log;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline = context.executor()
                .schedule(
                        () -> refuse(context, "sent no preamble within " + timeout),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        Channel channel = context.channel();
        String problem = channel.isOpen() ? preamble.check(bytes) : "is closed";
        if (problem != null) {
            refuse(context, problem);
        } else if (preamble.complete()) {
            cancelDeadline();
            NettyConnection connection = accept.apply(channel);
            if (connection != null) {
                context.pipeline().replace(this, null, connection);
                connection.opened();
                context.fireChannelRead(bytes);
                return;
            }
            channel.close();
        }
        bytes.release();
    }

    private void refuse(ChannelHandlerContext context, String problem) {
        Channel channel = context.channel();
        if (channel.isOpen()) {
            log.info("a connection from " + channel.remoteAddress() + " " + problem + "; closed");
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelDeadline();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(context, "failed before its preamble: " + cause.getMessage());
    }
}
