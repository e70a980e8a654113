package io.holdfast.core.internal.netty;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.ThreadFactory;

/** Which of Netty's channels a node uses, and how they are set. */
enum Channels {
    EPOLL {
        // The group classes are what Netty 4.1 and 4.2 share; 4.2 prefers others, which 4.1 does not have.
        @SuppressWarnings("deprecation")
        @Override
        EventLoopGroup newLoop(ThreadFactory threads) {
            return new EpollEventLoopGroup(1, threads);
        }

        @Override
        Channel newSocket() {
            return new EpollSocketChannel();
        }

        @Override
        ServerChannel newListener() {
            return new EpollServerSocketChannel();
        }
    },
    NIO {
        // As above.
        @SuppressWarnings("deprecation")
        @Override
        EventLoopGroup newLoop(ThreadFactory threads) {
            return new NioEventLoopGroup(1, threads);
        }

        @Override
        Channel newSocket() {
            return new NioSocketChannel();
        }

        @Override
        ServerChannel newListener() {
            return new NioServerSocketChannel();
        }
    };

    private static final int MIN_READ_BYTES = 1024;
    private static final int FIRST_READ_BYTES = 8 * 1024;
    private static final int MAX_READ_BYTES = 256 * 1024;

    static Channels best(TransportConfig config) {
        return config.nativeTransport() && Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract EventLoopGroup newLoop(ThreadFactory threads);

    abstract Channel newSocket();

    abstract ServerChannel newListener();

    static void configureSocket(Channel channel, TransportConfig transport) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        config.setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES));
        config.setOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(NettyConnection.LOW_MARK_BYTES, NettyConnection.HIGH_MARK_BYTES));
        config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                transport.connectTimeout().toMillis());
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
    }

    static void configureListener(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    }
}
