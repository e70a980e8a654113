package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Transport.Listener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Accepts connections, as many at once as are allowed. Those above are closed unread: they cost a system call each,
 * and whoever accepts is told.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyListener extends ChannelInboundHandlerAdapter implements Listener {
    private static final long PAUSE_AFTER_FAILURE_SECONDS = 1;

    private final Channel channel;
    private final int maxConnections;
    private final Consumer<Channel> initializer;
    private final BiConsumer<Channel, String> tooMany;
    private final LimitedLog log;
    private final Set<Channel> accepted = new LinkedHashSet<>();

    NettyListener(
            Channel channel,
            int maxConnections,
            Consumer<Channel> initializer,
            BiConsumer<Channel, String> tooMany,
            LimitedLog log) {
        this.channel = channel;
        this.maxConnections = maxConnections;
        this.initializer = initializer;
        this.tooMany = tooMany;
        this.log = log;
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel child = (Channel) message;
        if (accepted.size() >= maxConnections) {
            tooMany.accept(
                    child,
                    maxConnections + " are open at " + address()
                            + ", which is the most allowed (holdfast.cluster.maxInboundConnections)");
            child.unsafe().closeForcibly();
            return;
        }
        try {
            initializer.accept(child);
        } catch (RuntimeException gone) {
            log.info("a connection from " + child.remoteAddress() + " could not be set up: " + gone.getMessage());
            child.unsafe().closeForcibly();
            return;
        }
        accepted.add(child);
        child.closeFuture().addListener(closed -> accepted.remove(child));
        context.channel().eventLoop().register(child).addListener(registered -> {
            if (!registered.isSuccess()) {
                accepted.remove(child);
                child.unsafe().closeForcibly();
            }
        });
    }

    /** Accepting failed, most often for want of file descriptors: trying again at once would only spin. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.info("cannot accept connections at " + address() + ": " + cause.getMessage()
                + "; trying again in a second. Raise the limit of open files if this goes on");
        channel.config().setAutoRead(false);
        context.executor()
                .schedule(() -> channel.config().setAutoRead(true), PAUSE_AFTER_FAILURE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.close();
    }

    /** Closes the connections that it accepted too, also those that have not shown their preamble. On the loop. */
    void closeAll() {
        channel.close();
        new ArrayList<>(accepted).forEach(Channel::close);
    }
}
