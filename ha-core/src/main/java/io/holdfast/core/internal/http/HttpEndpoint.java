package io.holdfast.core.internal.http;

import io.holdfast.core.internal.thread.NodeThread;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP server for probes and hooks, with a port and a thread of its own: a loop that stands still can still be told of,
 * and whoever floods this port delays no heartbeat.
 *
 * <p>By Netty's codec, and not by the JDK's {@code com.sun.net.httpserver}, whose limits on the length of a header, on
 * connections and on the time that a slow client may take are system properties, so of the whole JVM, which is the
 * application's and not ours.
 *
 * <p>One request a connection. A request line has at most 1 KiB, the header 8 KiB, a body, which is not looked at, 4 KiB; at
 * most 64 connections are open at once, and one more has the oldest closed that has not asked for anything yet; and whatever a
 * client does or fails to do, its connection is closed after 5 s.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of every close by a future; nobody waits for these
public final class HttpEndpoint implements AutoCloseable {
    static final int MOST_CONNECTIONS = 64;
    static final long LIMIT_SECONDS = 5;
    private static final int MAX_LINE_BYTES = 1 << 10;
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final int MAX_BODY_BYTES = 4 << 10;

    /** What is served. Called on the endpoint's thread, which it must not hold up. */
    @FunctionalInterface
    public interface Pages {
        /** The page of a path, without its query; null if there is none. It may complete on any thread. */
        @Nullable
        CompletableFuture<Page> page(String path);
    }

    /** An answer: its status code and its body, which is JSON. */
    public record Page(int status, byte[] json) {}

    private final EventLoopGroup group;
    private final Channel listener;

    private HttpEndpoint(EventLoopGroup group, Channel listener) {
        this.group = group;
        this.listener = listener;
    }

    /**
     * Binds and serves.
     *
     * @param nodeId becomes part of the thread's name
     * @throws IOException naming the address, if it cannot be bound
     */
    // The group classes are what Netty 4.1 and 4.2 share.
    @SuppressWarnings("deprecation")
    public static HttpEndpoint open(String nodeId, InetSocketAddress bind, Pages pages) throws IOException {
        ThreadFactory thread = task -> new NodeThread(nodeId, "http", task);
        EventLoopGroup group = new NioEventLoopGroup(1, thread);
        Map<Channel, HttpRequests> connections = new LinkedHashMap<>();
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted(channel, connections, pages);
                    }
                })
                .bind(bind)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException(
                    "node " + nodeId + " cannot serve HTTP at " + bind.getHostString() + ":" + bind.getPort() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return new HttpEndpoint(group, bound.channel());
    }

    /** On the endpoint's only thread, as all that uses {@code connections}. */
    private static void accepted(SocketChannel channel, Map<Channel, HttpRequests> connections, Pages pages) {
        if (connections.size() >= MOST_CONNECTIONS) {
            makeRoom(connections);
        }
        HttpRequests requests = new HttpRequests(pages);
        connections.put(channel, requests);
        channel.closeFuture().addListener(closed -> connections.remove(channel));
        channel.eventLoop().schedule(() -> channel.close(), LIMIT_SECONDS, TimeUnit.SECONDS);
        channel.pipeline()
                .addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_BODY_BYTES))
                .addLast(new Bodies())
                .addLast(requests);
    }

    /**
     * Shows the oldest out that has asked for nothing yet, or else the oldest: a prober asks at once, so that whoever holds
     * connections open keeps no prober out.
     */
    private static void makeRoom(Map<Channel, HttpRequests> connections) {
        Channel leaves = connections.entrySet().stream()
                .filter(each -> !each.getValue().hasAsked())
                .findFirst()
                .orElseGet(() -> connections.entrySet().iterator().next())
                .getKey();
        connections.remove(leaves);
        leaves.close();
    }

    /** Bodies are put together to be thrown away; whoever sends too long a one is told so and is gone. */
    private static final class Bodies extends HttpObjectAggregator {
        Bodies() {
            super(MAX_BODY_BYTES);
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
            HttpRequests.send(context, HttpRequests.problem(413, "a body has at most 4 KiB"));
        }
    }

    /** The port that it is bound to. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Closes all connections and ends the thread; waits for that, 2 s at the most. Not on its own thread. */
    @Override
    public void close() {
        listener.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
