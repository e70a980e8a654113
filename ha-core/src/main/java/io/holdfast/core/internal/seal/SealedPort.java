package io.holdfast.core.internal.seal;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Seal;
import io.holdfast.core.spi.Seal.Opening;
import io.holdfast.core.spi.Seal.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The node's port for datagrams, between the socket and the one feature that uses it. */
public final class SealedPort implements DatagramPort, Datagrams.Handler {
    /** Why a datagram is dropped, besides what the seal finds. */
    enum Drop {
        /** The port is not bound. */
        NOT_BOUND,
        /** The system takes no more at the moment. */
        QUEUE_FULL,
        /** The system would not send it. */
        SEND_FAILED,
        /** It came before the feature had started. */
        NOT_STARTED,
        /** It was larger than is taken. */
        TOO_LARGE,
        /** The seal was good and the message in it is none. */
        MALFORMED_PAYLOAD
    }

    private final Datagrams datagrams;
    private final Seal seal;
    private final Handler handler;
    private final DatagramMeters meters;
    private final DropLog log;
    private volatile Datagrams.@Nullable Socket socket;
    private volatile String problem = "it has not been bound yet";
    private boolean started;

    /** One that is not bound. */
    public SealedPort(
            NodeRuntime runtime, String clusterName, String nodeId, Seal seal, Handler handler, MeterRegistry meters) {
        this.datagrams = runtime.datagrams();
        int longest = seal.maxPayloadBytes() + seal.overheadBytes();
        if (longest > datagrams.maxDatagramBytes()) {
            throw new IllegalArgumentException("the seal makes messages of up to " + longest
                    + " bytes, and a datagram holds " + datagrams.maxDatagramBytes()
                    + "; make the seal with maxPayloadBytes 0");
        }
        this.seal = seal;
        this.handler = handler;
        this.meters = new DatagramMeters(meters, clusterName, nodeId);
        Clock clock = runtime.clock();
        this.log = new DropLog(nodeId, clock);
    }

    /** Binds it; on the thread that starts the node. */
    public void bind(Address address) throws IOException {
        socket = datagrams.bind(address, this);
        problem = "";
    }

    /** It will not be bound, and why. */
    public void unavailable(String why) {
        problem = why;
    }

    /** The feature has started: from now on it hears what comes. On the loop. */
    public void begin() {
        started = true;
    }

    /** Closes the socket. Safe from any thread. Idempotent. */
    public void close() {
        Datagrams.Socket bound = socket;
        if (bound != null) {
            bound.close();
        }
    }

    /** Takes its meters away. */
    public void release() {
        meters.close();
    }

    @Override
    public boolean isBound() {
        return socket != null;
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public int maxPayloadBytes() {
        return seal.maxPayloadBytes();
    }

    @Override
    public boolean send(InetSocketAddress to, ByteBuf payload) {
        Datagrams.Socket bound = socket;
        ByteBuf sealed;
        try {
            if (bound == null) {
                SealFactory.checked(payload.readableBytes(), maxPayloadBytes());
                meters.dropped(Drop.NOT_BOUND);
                return false;
            }
            sealed = seal.seal(payload);
        } finally {
            payload.release();
        }
        int bytes = sealed.readableBytes();
        if (!bound.send(to, sealed)) {
            meters.dropped(Drop.QUEUE_FULL);
            return false;
        }
        meters.sent(bytes);
        return true;
    }

    @Override
    public void received(InetSocketAddress from, ByteBuf message) {
        if (!started) {
            meters.dropped(Drop.NOT_STARTED);
            return;
        }
        Opening opening = seal.open(message);
        ByteBuf payload = opening.payload();
        if (payload == null) {
            refused(from, opening.outcome(), opening.detail());
            return;
        }
        meters.received(message.readableBytes());
        try {
            handler.received(from, payload);
        } catch (MalformedFrameException malformed) {
            meters.dropped(Drop.MALFORMED_PAYLOAD);
            log.dropped(Drop.MALFORMED_PAYLOAD, from, String.valueOf(malformed.getMessage()));
        } finally {
            payload.release();
        }
    }

    private void refused(InetSocketAddress from, Outcome why, String detail) {
        meters.dropped(why);
        log.dropped(why, from, detail);
        handler.refused(from, why, detail);
    }

    @Override
    public void tooLarge(InetSocketAddress from) {
        meters.dropped(Drop.TOO_LARGE);
        log.dropped(Drop.TOO_LARGE, from, "more than " + datagrams.maxDatagramBytes() + " bytes");
    }

    @Override
    public void failed(InetSocketAddress to, String detail) {
        meters.dropped(Drop.SEND_FAILED);
        log.notSent(Drop.SEND_FAILED, to, detail);
        if (started) {
            handler.failed(to, detail);
        }
    }
}
