package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.tls.TlsEngines;
import io.holdfast.core.internal.tls.TlsFailure;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opens a dialled connection: sends the preamble, then TLS where the node speaks it, then makes room for the connection
 * itself.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class OutboundPreamble extends ChannelInboundHandlerAdapter {
    private final NettyConnection connection;
    private final @Nullable TlsSetup tls;
    private final Duration timeout;
    private @Nullable SslHandler securing;

    /** @param tls null for a node that speaks in plain */
    OutboundPreamble(NettyConnection connection, @Nullable TlsSetup tls, Duration timeout) {
        this.connection = connection;
        this.tls = tls;
        this.timeout = timeout;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel channel = context.channel();
        if (channel.localAddress() != null && channel.localAddress().equals(channel.remoteAddress())) {
            // TCP lets a socket connect to its own port, if the system happens to choose the port dialled.
            connection.end(CloseReason.REFUSED, "nothing listens at " + channel.remoteAddress());
            return;
        }
        channel.write(Preamble.of(tls != null));
        if (tls != null) {
            connection.securing();
            securing = tls.secure( // which sends its hello, and flushes
                    context,
                    tls.engines().dialling(),
                    timeout,
                    () -> connection.end(CloseReason.SECURITY, "it " + HandshakeLimit.EXCEEDED));
            return;
        }
        channel.pipeline().replace(this, null, connection);
        connection.opened();
        channel.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        SslHandler handler = securing;
        if (handler == null || !(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
            return;
        }
        if (!completion.isSuccess()) {
            failed(completion.cause());
            return;
        }
        PeerIdentity identity = TlsEngines.identity(handler.engine());
        if (identity == null) {
            connection.end(CloseReason.SECURITY, "it showed no valid certificate");
            return;
        }
        connection.identified(identity);
        context.pipeline().replace(this, null, connection);
        connection.opened();
    }

    /** TLS closes the channel by itself, once it has sent its alert. */
    private void failed(Throwable cause) {
        if (cause instanceof SslHandshakeTimeoutException) {
            connection.endsAs(CloseReason.UNREACHABLE, "no TLS handshake within " + timeout);
        } else {
            connection.endsAs(CloseReason.SECURITY, TlsFailure.of(cause).text());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (securing != null) {
            failed(cause);
            context.executor().execute(context.channel()::close);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
