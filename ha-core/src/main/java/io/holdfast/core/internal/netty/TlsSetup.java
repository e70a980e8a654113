package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.tls.TlsEngines;
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
record TlsSetup(TlsEngines engines, HalfOpen halfOpen, Executor worker) {
    static final String HANDLER = "tls";
    private static final long FAREWELL_MILLIS = 100;

    SslHandler newHandler(SSLEngine engine, Duration handshakeTimeout) {
        SslHandler handler = new SslHandler(engine, false, worker);
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        // A far end that hangs takes no farewell, and whoever closes waits for it so long.
        handler.setCloseNotifyFlushTimeoutMillis(FAREWELL_MILLIS);
        return handler;
    }
}
