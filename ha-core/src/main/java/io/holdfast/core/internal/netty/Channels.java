package io.holdfast.core.internal.netty;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

        @Override
        DatagramChannel newDatagrams() {
            return new EpollDatagramChannel();
        }

        @Override
        void configureSystem(ChannelConfig config) {
            // Else the system takes megabytes that a slow link sends in seconds, and an urgent frame waits for them.
            try {
                config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) NettyConnection.HIGH_MARK_BYTES);
            } catch (ChannelException unknownToThisKernel) {
                LOG.debug("no TCP_NOTSENT_LOWAT: urgent frames wait for what the system took", unknownToThisKernel);
            }
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

        @Override
        DatagramChannel newDatagrams() {
            return new NioDatagramChannel();
        }

        @Override
        void configureSystem(ChannelConfig config) {
            // NIO has no option for what the system keeps unsent
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(Channels.class);
    private static final int MIN_READ_BYTES = 1024;
    private static final int FIRST_READ_BYTES = 8 * 1024;
    private static final int MAX_READ_BYTES = 256 * 1024;

    /** So many datagrams are read before other sockets and tasks have their turn. */
    static final int DATAGRAMS_PER_TURN = 16;
    /** What waits to be sent once the system takes no more; each datagram counts as some 100 bytes more than it has. */
    static final int UNSENT_DATAGRAM_BYTES = 256 * 1024;
    /** What is asked for; the system may allow less (Linux: net.core.rmem_max, 208 KiB). */
    private static final int DATAGRAM_RECEIVE_BYTES = 1024 * 1024;

    static Channels best(TransportConfig config) {
        return config.nativeTransport() && Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract EventLoopGroup newLoop(ThreadFactory threads);

    abstract Channel newSocket();

    abstract ServerChannel newListener();

    abstract DatagramChannel newDatagrams();

    /** Options that only this kind of channel has. */
    abstract void configureSystem(ChannelConfig config);

    /** A socket, set. */
    Channel openSocket(TransportConfig transport) {
        Channel channel = newSocket();
        try {
            configureSocket(channel, transport);
            return channel;
        } catch (ChannelException failed) {
            channel.unsafe().closeForcibly();
            throw failed;
        }
    }

    void configureSocket(Channel channel, TransportConfig transport) {
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
        configureSystem(config);
    }

    static void configureListener(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    }

    /** A socket for datagrams of at most so many bytes, set. */
    DatagramChannel openDatagrams(int maxBytes) {
        DatagramChannel channel = newDatagrams();
        try {
            ChannelConfig config = channel.config();
            config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
            // One byte more than is allowed, since the system cuts off what does not fit and says nothing of it.
            config.setRecvByteBufAllocator(
                    new FixedRecvByteBufAllocator(maxBytes + 1).maxMessagesPerRead(DATAGRAMS_PER_TURN));
            config.setOption(
                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                    new WriteBufferWaterMark(UNSENT_DATAGRAM_BYTES / 2, UNSENT_DATAGRAM_BYTES));
            config.setOption(ChannelOption.SO_RCVBUF, DATAGRAM_RECEIVE_BYTES);
            return channel;
        } catch (ChannelException failed) {
            channel.unsafe().closeForcibly();
            throw failed;
        }
    }
}
