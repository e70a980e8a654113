package io.holdfast.replication.client;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.wire.ClientCodec;
import io.holdfast.replication.wire.ClientMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node at the other end of a link that this process dialled. */
final class RemoteEndpoint implements Endpoint, LinkListener {
    /** What a remote endpoint has to tell. */
    interface Events {
        void up(RemoteEndpoint endpoint);

        void down(RemoteEndpoint endpoint);

        void received(RemoteEndpoint endpoint, ClientMessage message);

        void writable(RemoteEndpoint endpoint);
    }

    private final ByteBufAllocator allocator;
    private final Events events;
    private @Nullable Link link;

    RemoteEndpoint(ByteBufAllocator allocator, Events events) {
        this.allocator = allocator;
        this.events = events;
    }

    /** The id of the node at the far end, empty while there is no link. */
    String nodeId() {
        Link current = link;
        return current == null ? "" : current.peer().nodeId();
    }

    boolean isUp() {
        return link != null;
    }

    @Override
    public void up(Link standing) {
        link = standing;
        events.up(this);
    }

    @Override
    public void received(Link from, ByteBuf frame) {
        events.received(this, ClientCodec.decode(frame));
    }

    @Override
    public void writable(Link drained) {
        events.writable(this);
    }

    @Override
    public void down(Link gone, CloseReason reason, String detail) {
        link = null;
        events.down(this);
    }

    @Override
    public boolean submit(long session, long answeredBelow, List<PendingWrite> writes) {
        ByteBuf frame = ClientCodec.beginSubmit(
                allocator, session, answeredBelow, writes.get(0).sequence());
        for (PendingWrite write : writes) {
            ClientCodec.addCommand(frame, write.machine(), write.isStoredOnly(), write.command());
        }
        return send(Lane.BULK, frame);
    }

    /** Asks who is master. */
    void ask() {
        send(Lane.URGENT, ClientCodec.encode(allocator, new ClientMessage.Ask()));
    }

    @Override
    public boolean open(long request) {
        return send(Lane.URGENT, ClientCodec.encode(allocator, new ClientMessage.Open(request)));
    }

    @Override
    public boolean keepAlive(long session, long answeredBelow) {
        return send(Lane.URGENT, ClientCodec.encode(allocator, new ClientMessage.KeepAlive(session, answeredBelow)));
    }

    @Override
    public void closeSession(long session) {
        send(Lane.BULK, ClientCodec.encode(allocator, new ClientMessage.Close(session)));
    }

    @Override
    public boolean query(long request, int machine, byte[] bytes, Freshness freshness) {
        ClientMessage message = new ClientMessage.Query(request, machine, freshness, Unpooled.wrappedBuffer(bytes));
        return send(Lane.BULK, ClientCodec.encode(allocator, message));
    }

    private boolean send(Lane lane, ByteBuf frame) {
        Link current = link;
        if (current == null) {
            frame.release();
            return false;
        }
        return current.send(lane, frame);
    }
}
