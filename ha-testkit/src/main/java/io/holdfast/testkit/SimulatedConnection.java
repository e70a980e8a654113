package io.holdfast.testkit;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One end of a connection. */
final class SimulatedConnection implements Connection {
    private static final long MAX_QUEUED_BYTES = 64 << 20;

    private final SimulatedTransport transport;
    private final SimulatedNetwork network;
    private final ConnectionHandler handler;
    private final InetSocketAddress remote;
    private final ArrayDeque<byte[]> unread = new ArrayDeque<>();
    private @Nullable SimulatedConnection peer;
    private long lastArrivalNanos;
    private long queuedBytes;
    private boolean reading = true;
    private boolean open = true;

    SimulatedConnection(
            SimulatedTransport transport,
            SimulatedNetwork network,
            ConnectionHandler handler,
            InetSocketAddress remote) {
        this.transport = transport;
        this.network = network;
        this.handler = handler;
        this.remote = remote;
    }

    void join(SimulatedConnection other) {
        peer = other;
        transport.opened(this);
    }

    String host() {
        return transport.runtime().node().name();
    }

    ConnectionHandler handler() {
        return handler;
    }

    SimulatedTransport transport() {
        return transport;
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        int length = frame.readableBytes();
        if (length == 0 || length > transport.maxFrameBytes()) {
            frame.release();
            throw new IllegalArgumentException("a frame of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        frame.readBytes(bytes);
        frame.release();
        SimulatedConnection to = peer;
        if (!open || to == null || queuedBytes + length > MAX_QUEUED_BYTES) {
            return false;
        }
        network.transmit(this, to, bytes);
        return true;
    }

    /** Puts a frame on its way, in order behind the one before, unless the network reorders. */
    void deliver(SimulatedConnection to, byte[] bytes, long delayNanos, boolean inOrder) {
        long now = transport.runtime().node().simulation().nowNanos();
        long at = inOrder ? Math.max(lastArrivalNanos, now + delayNanos) : now + delayNanos;
        if (inOrder) {
            lastArrivalNanos = at;
        }
        queuedBytes += bytes.length;
        to.transport.runtime().schedule(at - now, () -> to.arrived(bytes));
        transport.runtime().schedule(at - now, () -> queuedBytes -= bytes.length);
    }

    private void arrived(byte[] bytes) {
        if (!open) {
            return;
        }
        unread.add(bytes);
        read();
    }

    private void read() {
        boolean any = false;
        while (open && reading && !unread.isEmpty()) {
            any = true;
            try {
                handler.received(this, Unpooled.wrappedBuffer(unread.remove()));
            } catch (MalformedFrameException e) {
                end(CloseReason.PROTOCOL, String.valueOf(e.getMessage()));
            }
        }
        if (any && open) {
            handler.receivedAll(this);
        }
    }

    @Override
    public void flush() {
        // What is sent is on its way at once.
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
        if (on && !unread.isEmpty()) {
            transport.runtime().loop().execute(this::read);
        }
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public void close(String why) {
        if (open) {
            transport.runtime().loop().execute(() -> handler.closed(CloseReason.LOCAL, why));
            shut();
            tellPeer();
        }
    }

    /** Closes this end and tells its handler now. */
    private void end(CloseReason reason, String detail) {
        if (open) {
            shut();
            handler.closed(reason, detail);
            tellPeer();
        }
    }

    private void shut() {
        open = false;
        transport.closed(this);
    }

    private void tellPeer() {
        SimulatedConnection other = peer;
        if (other != null) {
            network.tellClosed(this, other);
        }
    }

    void ownerVanished(boolean peerIsTold) {
        open = false;
        if (peerIsTold) {
            tellPeer();
        } else if (peer != null) {
            network.tellClosedAfterReboot(this, peer);
        }
    }

    /** The far end is gone: behind what it had sent. */
    void peerClosed() {
        end(CloseReason.REMOTE, "closed by " + remote);
    }

    /** When the last frame in this direction arrives. */
    long lastArrivalNanos() {
        return lastArrivalNanos;
    }
}
