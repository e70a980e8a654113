package io.holdfast.core.internal.netty;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.runtime.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TCP by Netty. On the wire: the {@link Preamble}, then frames as the {@link FrameDecoder} reads them; where the node speaks
 * TLS, within it.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
    private static final long BIND_LIMIT_SECONDS = 10;

    private final String nodeId;
    private final TransportConfig config;
    private final Channels channels;
    private final NettyEventLoop loop;
    private final Failures failures;
    private final LimitedLog overload;
    private final @Nullable TlsSetup tls;

    // Used on the loop only.
    private final Set<NettyConnection> connections = new LinkedHashSet<>();
    private final List<NettyListener> listeners = new ArrayList<>();
    private boolean closed;

    NettyTransport(
            String nodeId,
            TransportConfig config,
            Channels channels,
            NettyEventLoop loop,
            Failures failures,
            Clock clock,
            @Nullable TlsSetup tls) {
        this.nodeId = nodeId;
        this.config = config;
        this.channels = channels;
        this.loop = loop;
        this.failures = failures;
        this.overload = new LimitedLog(LOG, clock, nodeId);
        this.tls = tls;
    }

    @Override
    public int maxFrameBytes() {
        return config.maxFrameBytes();
    }

    @Override
    public Listener listen(Address bind, Acceptor acceptor) throws IOException {
        CompletableFuture<Listener> bound = new CompletableFuture<>();
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
            loop.run(() -> bind(address, acceptor, bound));
            return bound.get(BIND_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw cannotListen(bind, interrupted);
        } catch (Exception failed) {
            bound.thenAccept(Listener::close);
            throw cannotListen(bind, failed);
        }
    }

    private IOException cannotListen(Address bind, Exception failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        return new IOException(
                "node " + nodeId + " cannot listen at " + bind + ": " + cause.getMessage()
                        + "; is the address one of this host's, and the port free?",
                failed);
    }

    private void bind(InetSocketAddress address, Acceptor acceptor, CompletableFuture<Listener> bound) {
        if (closed) {
            throw new IllegalStateException("the node is closed");
        }
        Channel channel = channels.newListener();
        Channels.configureListener(channel);
        InboundPreamble.Gate gate = gate(acceptor);
        NettyListener listener = new NettyListener(
                channel,
                config.maxInboundConnections(),
                child -> prepare(child, gate),
                (child, detail) -> gate.refused(child, Refusal.TOO_MANY, detail),
                overload);
        channel.pipeline().addLast(listener);
        listeners.add(listener);
        channel.closeFuture().addListener(done -> listeners.remove(listener));
        whenDone(
                loop.netty().register(channel),
                bound,
                () -> whenDone(channel.bind(address), bound, () -> bound.complete(listener)));
    }

    private static void whenDone(ChannelFuture step, CompletableFuture<Listener> result, Runnable next) {
        step.addListener(done -> {
            if (done.isSuccess()) {
                next.run();
            } else {
                result.completeExceptionally(done.cause());
                step.channel().close();
            }
        });
    }

    private void prepare(Channel child, InboundPreamble.Gate gate) {
        channels.configureSocket(child, config);
        child.pipeline().addLast(new InboundPreamble(config.preambleTimeout(), gate, tls));
    }

    private InboundPreamble.Gate gate(Acceptor acceptor) {
        return new InboundPreamble.Gate() {
            @Override
            public @Nullable NettyConnection accept(Channel channel, @Nullable PeerIdentity identity) {
                if (closed || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
                    return null;
                }
                ConnectionHandler handler = guarded(() -> acceptor.accept(remote));
                if (handler == null) {
                    return null;
                }
                NettyConnection accepted = connection(channel, remote, handler);
                if (identity != null) {
                    accepted.identified(identity);
                }
                return accepted;
            }

            @Override
            public @Nullable ByteBuf refused(Channel channel, Refusal refusal, String detail) {
                return closed || !(channel.remoteAddress() instanceof InetSocketAddress remote)
                        ? null
                        : guarded(() -> acceptor.refused(remote, refusal, detail));
            }
        };
    }

    private <T> @Nullable T guarded(Supplier<@Nullable T> callback) {
        try {
            return callback.get();
        } catch (Throwable failure) {
            failures.report(failure);
            return null;
        }
    }

    private NettyConnection connection(Channel channel, InetSocketAddress remote, ConnectionHandler handler) {
        NettyConnection connection = new NettyConnection(channel, remote, handler, loop, failures, config);
        connections.add(connection);
        channel.closeFuture()
                .addListener(done -> loop.execute(() -> {
                    connections.remove(connection);
                    connection.closed();
                }));
        return connection;
    }

    @Override
    public void connect(InetSocketAddress target, ConnectionHandler handler) {
        loop.execute(() -> dial(target, handler));
    }

    private void dial(InetSocketAddress target, ConnectionHandler handler) {
        if (closed) {
            handler.closed(CloseReason.LOCAL, "the node is closing");
            return;
        }
        if (target.isUnresolved()) {
            handler.closed(CloseReason.UNREACHABLE, target + " has not been resolved");
            return;
        }
        Channel channel;
        try {
            channel = channels.openSocket(config);
        } catch (ChannelException exhausted) {
            handler.closed(CloseReason.UNREACHABLE, "no socket to dial " + target + ": " + exhausted.getMessage());
            return;
        }
        NettyConnection connection = connection(channel, target, handler);
        channel.pipeline().addLast(new OutboundPreamble(connection, tls, config.preambleTimeout()));
        endIfFailed(
                loop.netty().register(channel),
                connection,
                () -> endIfFailed(channel.connect(target), connection, () -> {}));
    }

    private static void endIfFailed(ChannelFuture step, NettyConnection connection, Runnable next) {
        step.addListener(done -> {
            if (done.isSuccess()) {
                next.run();
            } else {
                connection.end(reason(done.cause()), String.valueOf(done.cause().getMessage()));
            }
        });
    }

    /** Only the system's "connection refused" says that the far process is not there. */
    static CloseReason reason(Throwable dialFailure) {
        boolean refused = dialFailure instanceof ConnectException
                && !(dialFailure instanceof ConnectTimeoutException)
                && String.valueOf(dialFailure.getMessage())
                        .toLowerCase(Locale.ROOT)
                        .contains("connection refused");
        return refused ? CloseReason.REFUSED : CloseReason.UNREACHABLE;
    }

    /** Closes every listener and connection. On the loop; the handlers hear of it afterwards. */
    void close() {
        closed = true;
        List.copyOf(connections).forEach(connection -> connection.close("the node is closing"));
        List.copyOf(listeners).forEach(NettyListener::closeAll);
    }
}
