package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Peer;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** A link whose handshake is done, at either end. */
final class LiveLink implements Link {
    private final Connection connection;
    private final Peer peer;
    private final LinkListener listener;
    private final Flusher flusher;
    private boolean flushDue;
    private boolean ended;
    private boolean silent;

    LiveLink(Connection connection, Peer peer, LinkListener listener, Flusher flusher) {
        this.connection = connection;
        this.peer = peer;
        this.listener = listener;
        this.flusher = flusher;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public String remote() {
        InetSocketAddress remote = connection.remote();
        return remote.getHostString() + ":" + remote.getPort();
    }

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        if (ended) {
            frame.release();
            return false;
        }
        if (!connection.send(lane, frame)) {
            return false;
        }
        if (!flushDue) {
            flushDue = true;
            flusher.add(this);
        }
        return true;
    }

    @Override
    public long queuedBytes() {
        return ended ? 0 : connection.queuedBytes();
    }

    @Override
    public void setReading(boolean reading) {
        if (!ended) {
            connection.setReading(reading);
        }
    }

    @Override
    public void disconnect(String why) {
        if (!ended) {
            ended = true;
            connection.close(why);
        }
    }

    /** Ends it without another word to the listener. */
    void disconnectSilently(String why) {
        silent = true;
        disconnect(why);
    }

    void flush() {
        flushDue = false;
        if (!ended) {
            connection.flush();
        }
    }

    void up() {
        listener.up(this);
    }

    /** Frames that arrive after this end has let go of the link concern nobody any more. */
    void received(ByteBuf frame) {
        if (!ended) {
            listener.received(this, frame);
        }
    }

    void receivedAll() {
        if (!ended) {
            listener.receivedAll(this);
        }
    }

    void writable() {
        if (!ended) {
            listener.writable(this);
        }
    }

    void closed(CloseReason reason, String detail) {
        ended = true;
        if (!silent) {
            listener.down(this, reason, detail);
        }
    }

    @Override
    public String toString() {
        return "link with " + peer.nodeId() + " at " + connection.remote();
    }
}
