package io.holdfast.core.internal.netty;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A TLS engine that can be closed on the loop at any moment without making the loop wait. The JDK's holds its lock for as long
 * as one of its tasks runs, milliseconds on a worker, and closing asks for the same lock; whoever evicts a handshake would have
 * the loop wait for the very thing that was moved off it. Here a close that finds a task running happens behind that task,
 * on its thread; and a task that has not begun when its engine is closed is not run at all, so that what has been evicted
 * costs the worker nothing.
 *
 * <p>One task at a time, which is how Netty's handler takes them; apart from that as safe as what it wraps.
 */
final class PatientEngine extends SSLEngine {
    private enum State {
        IDLE,
        BUSY,
        /** A task runs, and will close the engine when it is done. */
        CLOSING,
        CLOSED
    }

    private final SSLEngine engine;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    PatientEngine(SSLEngine engine) {
        super(engine.getPeerHost(), engine.getPeerPort());
        this.engine = engine;
    }

    private boolean isBusy() {
        State now = state.get();
        return now == State.BUSY || now == State.CLOSING;
    }

    /** Null also if the engine has been closed. */
    @Override
    public @Nullable Runnable getDelegatedTask() {
        if (!state.compareAndSet(State.IDLE, State.BUSY)) {
            return null;
        }
        Runnable task = engine.getDelegatedTask();
        if (task == null) {
            done();
            return null;
        }
        return () -> {
            try {
                task.run();
            } finally {
                done();
            }
        };
    }

    private void done() {
        if (!state.compareAndSet(State.BUSY, State.IDLE)) {
            engine.closeOutbound();
            state.set(State.CLOSED);
        }
    }

    @Override
    public void closeOutbound() {
        // Between two looks at it a task may have begun or ended: then it is looked at once more.
        while (!state.compareAndSet(State.BUSY, State.CLOSING) && state.get() != State.CLOSING) {
            if (state.compareAndSet(State.IDLE, State.CLOSED) || state.get() == State.CLOSED) {
                engine.closeOutbound();
                return;
            }
        }
    }

    /** While a task runs, nothing: the channel is gone, and the close of the other direction follows. */
    @Override
    public void closeInbound() throws SSLException {
        if (!isBusy()) {
            engine.closeInbound();
        }
    }

    @Override
    public boolean isInboundDone() {
        return !isBusy() && engine.isInboundDone();
    }

    @Override
    public boolean isOutboundDone() {
        return !isBusy() && engine.isOutboundDone();
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return isBusy() ? HandshakeStatus.NEED_TASK : engine.getHandshakeStatus();
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) throws SSLException {
        return engine.wrap(from, offset, length, to);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) throws SSLException {
        return engine.unwrap(from, to, offset, length);
    }

    @Override
    public void beginHandshake() throws SSLException {
        engine.beginHandshake();
    }

    @Override
    public SSLSession getSession() {
        return engine.getSession();
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return engine.getHandshakeSession();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return engine.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        engine.setSSLParameters(parameters);
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return engine.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return engine.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        engine.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return engine.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return engine.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        engine.setEnabledProtocols(protocols);
    }

    @Override
    public void setUseClientMode(boolean mode) {
        engine.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return engine.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        engine.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return engine.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        engine.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return engine.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean create) {
        engine.setEnableSessionCreation(create);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return engine.getEnableSessionCreation();
    }

    @Override
    public String getApplicationProtocol() {
        return engine.getApplicationProtocol();
    }

    @Override
    public String getHandshakeApplicationProtocol() {
        return engine.getHandshakeApplicationProtocol();
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        engine.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return engine.getHandshakeApplicationProtocolSelector();
    }
}
