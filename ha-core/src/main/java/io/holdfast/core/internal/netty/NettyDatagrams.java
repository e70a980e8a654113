package io.holdfast.core.internal.netty;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** UDP by Netty, on the node's loop. */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyDatagrams implements Datagrams {
    /**
     * So that a datagram passes unfragmented wherever an Ethernet's 1,500 bytes do, headers of IPv6 and of a tunnel included.
     */
    static final int MAX_DATAGRAM_BYTES = 1_400;

    private static final long BIND_LIMIT_SECONDS = 10;

    private final String nodeId;
    private final Channels channels;
    private final NettyEventLoop loop;
    private final Failures failures;
    private final Clock clock;

    // Used on the loop only.
    private final Set<NettyDatagramSocket> sockets = new LinkedHashSet<>();
    private boolean closed;

    NettyDatagrams(String nodeId, Channels channels, NettyEventLoop loop, Failures failures, Clock clock) {
        this.nodeId = nodeId;
        this.channels = channels;
        this.loop = loop;
        this.failures = failures;
        this.clock = clock;
    }

    @Override
    public int maxDatagramBytes() {
        return MAX_DATAGRAM_BYTES;
    }

    @Override
    public Socket bind(Address bind, Handler handler) throws IOException {
        CompletableFuture<Socket> bound = new CompletableFuture<>();
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
            loop.run(() -> bind(address, handler, bound));
            return bound.get(BIND_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw cannotBind(bind, interrupted);
        } catch (Exception failed) {
            bound.thenAccept(Socket::close);
            throw cannotBind(bind, failed);
        }
    }

    private IOException cannotBind(Address bind, Exception failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        return new IOException(
                "node " + nodeId + " cannot bind " + bind + " for datagrams (UDP): " + cause.getMessage()
                        + "; is the address one of this host's, and the port free for UDP?",
                failed);
    }

    private void bind(InetSocketAddress address, Handler handler, CompletableFuture<Socket> bound) {
        if (closed) {
            throw new IllegalStateException("the node is closed");
        }
        DatagramChannel channel = channels.openDatagrams(MAX_DATAGRAM_BYTES);
        NettyDatagramSocket socket = new NettyDatagramSocket(nodeId, channel, handler, loop, failures, clock);
        channel.pipeline().addLast(socket);
        sockets.add(socket);
        channel.closeFuture().addListener(done -> sockets.remove(socket));
        whenDone(
                loop.netty().register(channel),
                bound,
                () -> whenDone(channel.bind(address), bound, () -> bound.complete(socket)));
    }

    private static void whenDone(ChannelFuture step, CompletableFuture<Socket> result, Runnable next) {
        step.addListener(done -> {
            if (done.isSuccess()) {
                next.run();
            } else {
                result.completeExceptionally(done.cause());
                step.channel().close();
            }
        });
    }

    /** Closes every socket. On the loop. */
    void close() {
        closed = true;
        List.copyOf(sockets).forEach(NettyDatagramSocket::close);
    }
}
