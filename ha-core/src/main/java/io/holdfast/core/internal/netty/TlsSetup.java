package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.tls.TlsEngines;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;

/**
 * How the connections of a node that speaks TLS are secured.
 *
 * <p>A handshake's signatures and checks take milliseconds, the first in a JVM many more, and a stranger may ask for one
 * without a certificate. On the loop they would delay heartbeats, so they run on a worker; encrypting and decrypting
 * what follows stays on the loop.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
record TlsSetup(TlsEngines engines, HalfOpen halfOpen, Executor worker) {
    private static final long FAREWELL_MILLIS = 100;

    /**
     * Puts TLS before a handler, which hears of the end of the handshake, and until then a {@link HandshakeLimit} before TLS.
     * Where the channel is active, the handshake begins at once.
     *
     * @param timeout of the handshake, zero for none
     * @param exceeded has to close the channel: the far end has sent too much
     */
    SslHandler secure(ChannelHandlerContext context, SSLEngine engine, Duration timeout, Runnable exceeded) {
        SslHandler handler = new SslHandler(new PatientEngine(engine), false, worker);
        handler.setHandshakeTimeoutMillis(timeout.toMillis());
        // A far end that hangs takes no farewell, and whoever closes waits for it so long.
        handler.setCloseNotifyFlushTimeoutMillis(FAREWELL_MILLIS);
        HandshakeLimit limit = new HandshakeLimit(exceeded);
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addBefore(context.name(), null, limit);
        ChannelHandlerContext limiting = pipeline.context(limit);
        pipeline.addBefore(context.name(), null, handler);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess() && limiting != null && !limiting.isRemoved()) {
                pipeline.remove(limit);
            }
        });
        return handler;
    }
}
