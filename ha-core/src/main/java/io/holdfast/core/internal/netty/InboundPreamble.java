package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.tls.TlsEngines;
import io.holdfast.core.internal.tls.TlsFailure;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.runtime.Transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Guards an accepted connection until its preamble has been read and, where the node speaks TLS, both ends have shown their
 * certificates. Nobody hears of one that sends something else, or does not do it all in time; whoever may only refuse is
 * told, for the log.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class InboundPreamble extends ChannelInboundHandlerAdapter implements HalfOpen.Handshake {
    private final Duration timeout;
    private final Gate gate;
    private final @Nullable TlsSetup tls;
    private final Preamble preamble;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable SslHandler securing;
    private @Nullable Channel own;
    private boolean over;

    /** What becomes of a connection. */
    interface Gate {
        /** The connection, not yet opened; or null if nobody takes it. */
        @Nullable
        NettyConnection accept(Channel channel, @Nullable PeerIdentity identity);

        /** Takes note of a refusal; returns what to tell the far end in plain, or null. */
        @Nullable
        ByteBuf refused(Channel channel, Refusal refusal, String detail);
    }

    /** @param tls null for a node that speaks in plain */
    InboundPreamble(Duration timeout, Gate gate, @Nullable TlsSetup tls) {
        this.timeout = timeout;
        this.gate = gate;
        this.tls = tls;
        this.preamble = new Preamble(tls != null);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel channel = context.channel();
        deadline = context.executor().schedule(() -> tooLate(channel), timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (tls != null) {
            own = channel;
            tls.halfOpen().begins(this, channel.remoteAddress());
        }
    }

    private void tooLate(Channel channel) {
        refuse(
                channel,
                Refusal.SILENT,
                securing == null
                        ? "sent no preamble within " + timeout
                        : "did not finish its TLS handshake within " + timeout);
        channel.close(); // again, if it was refused and does not end
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        Channel channel = context.channel();
        if (over || securing != null || !channel.isOpen()) {
            bytes.release();
            return;
        }
        Preamble.Problem problem = preamble.check(bytes);
        if (problem != null) {
            refuse(channel, problem.refusal(), problem.text());
        } else if (preamble.complete()) {
            if (tls != null) {
                secure(context, tls, bytes);
                return;
            }
            NettyConnection connection = establish(context, null);
            if (connection != null) {
                context.fireChannelRead(bytes);
                return;
            }
        }
        bytes.release();
    }

    /** Puts TLS before this and gives it what has arrived behind the preamble. */
    private void secure(ChannelHandlerContext context, TlsSetup with, ByteBuf rest) {
        Channel channel = context.channel();
        securing = with.secure(
                context,
                with.engines().accepting(),
                Duration.ZERO, // the deadline of this ends the handshake, too
                () -> refuse(channel, Refusal.TOO_MUCH, HandshakeLimit.EXCEEDED));
        if (rest.isReadable()) {
            context.pipeline().fireChannelRead(rest);
        } else {
            rest.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        SslHandler handler = securing;
        if (handler == null || over || !(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
            return;
        }
        if (!completion.isSuccess()) {
            failed(context, completion.cause());
            return;
        }
        PeerIdentity identity = TlsEngines.identity(handler.engine());
        if (identity == null) {
            refuse(context.channel(), Refusal.NO_CERTIFICATE, "showed no valid certificate");
        } else {
            establish(context, identity);
        }
    }

    private @Nullable NettyConnection establish(ChannelHandlerContext context, @Nullable PeerIdentity identity) {
        ended();
        over = true;
        NettyConnection connection = gate.accept(context.channel(), identity);
        if (connection == null) {
            context.channel().close();
            return null;
        }
        context.pipeline().replace(this, null, connection);
        connection.opened();
        return connection;
    }

    /** TLS closes the channel by itself, once it has sent its alert; until then only the deadline stays. */
    private void failed(ChannelHandlerContext context, Throwable cause) {
        if (!over) {
            over = true;
            TlsFailure failure = TlsFailure.of(cause);
            gate.refused(context.channel(), failure.refusal(), failure.text());
        }
    }

    @Override
    public void refuse(Refusal refusal, String detail) {
        Channel channel = own;
        if (channel != null) {
            refuse(channel, refusal, detail);
        }
    }

    private void refuse(Channel channel, Refusal refusal, String detail) {
        if (over || !channel.isOpen()) {
            return;
        }
        over = true;
        ByteBuf farewell = gate.refused(channel, refusal, detail);
        if (farewell == null) {
            channel.close();
        } else {
            ByteBuf header = channel.alloc().buffer(FrameDecoder.HEADER_BYTES).writeInt(farewell.readableBytes());
            channel.writeAndFlush(Unpooled.wrappedBuffer(header, farewell)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended();
    }

    private void ended() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (tls != null) {
            tls.halfOpen().ends(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (securing != null) {
            failed(context, cause);
        } else {
            refuse(context.channel(), Refusal.NOT_HOLDFAST, "failed before its preamble: " + cause.getMessage());
        }
    }
}
