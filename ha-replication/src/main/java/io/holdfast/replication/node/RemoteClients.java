package io.holdfast.replication.node;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.wire.ClientCodec;
import io.holdfast.replication.wire.ClientMessage;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.holdfast.replication.wire.ClientMessage.Ask;
import io.holdfast.replication.wire.ClientMessage.Command;
import io.holdfast.replication.wire.ClientMessage.KeepAlive;
import io.holdfast.replication.wire.ClientMessage.Open;
import io.holdfast.replication.wire.ClientMessage.Query;
import io.holdfast.replication.wire.ClientMessage.Submit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Links that users of the log have opened to this node: clients, and other nodes for their own writes. On the loop. */
final class RemoteClients {
    /** Answers are sent when they reach this size, or when no more are known. */
    private static final int ANSWERS_BYTES = 256 << 10;

    private final Links links;
    private final ByteBufAllocator allocator;
    private final Ingress ingress;
    private final LinearizableReads reads;
    private final Feeds feeds;
    private final Supplier<Announcement> announcement;
    private final int maxEntryBytes;
    private final Set<RemoteClient> clients = new LinkedHashSet<>();

    RemoteClients(
            Links links,
            ByteBufAllocator allocator,
            Ingress ingress,
            LinearizableReads reads,
            Feeds feeds,
            Supplier<Announcement> announcement,
            int maxEntryBytes) {
        this.links = links;
        this.allocator = allocator;
        this.ingress = ingress;
        this.reads = reads;
        this.feeds = feeds;
        this.announcement = announcement;
        this.maxEntryBytes = maxEntryBytes;
    }

    void start() {
        links.accept(LogClient.PROTOCOL, peer -> new RemoteClient(peer.member()));
    }

    /** Tells everybody who is master. */
    void announce() {
        for (RemoteClient client : new ArrayList<>(clients)) {
            client.announce();
        }
    }

    int count() {
        return clients.size();
    }

    /** One link. */
    private final class RemoteClient implements LinkListener, Ingress.Source {
        private final boolean member;
        private @Nullable Link link;
        private @Nullable ByteBuf answers;
        private long answersSession;
        private long reached;

        RemoteClient(boolean member) {
            this.member = member;
        }

        @Override
        public void up(Link standing) {
            link = standing;
            clients.add(this);
            ingress.connected(this);
            announce();
        }

        @Override
        public void down(Link gone, CloseReason reason, String detail) {
            link = null;
            clients.remove(this);
            ingress.disconnected(this);
            feeds.forget(this);
            if (answers != null) {
                answers.release();
                answers = null;
            }
        }

        private void announce() {
            send(Lane.URGENT, ClientCodec.encode(allocator, announcement.get()));
        }

        @Override
        public void received(Link from, ByteBuf frame) {
            ClientMessage message = ClientCodec.decode(frame);
            if (message instanceof Query query) {
                query(query.request(), query.machine(), ByteBufUtil.getBytes(query.bytes()), query.freshness());
            } else if (message instanceof Ask || !ingress.takesIn()) {
                announce();
            } else if (message instanceof Submit submit) {
                submit(from, submit);
            } else if (message instanceof Open open) {
                ingress.openSession(this, open.request());
            } else if (message instanceof KeepAlive keepAlive) {
                ingress.keepAlive(keepAlive.session(), keepAlive.answeredBelow());
            } else if (message instanceof ClientMessage.Close close) {
                ingress.closeSession(close.session());
            } else {
                from.disconnect(
                        "a user of the log does not say " + message.getClass().getSimpleName());
            }
        }

        private void query(long request, int machine, byte[] bytes, Freshness freshness) {
            if (!feeds.ask(machine, bytes, this, request)) {
                reads.read(machine, bytes, freshness, this, request);
            }
        }

        private void submit(Link from, Submit submit) {
            long sequence = submit.firstSequence();
            for (Command command : submit.commands()) {
                if (command.bytes().readableBytes() > maxEntryBytes) {
                    from.disconnect("a command of " + command.bytes().readableBytes() + " bytes; this node takes "
                            + maxEntryBytes + " (LogReplication.maxEntryBytes)");
                    return;
                }
                if (command.machine() == Commands.ROLES && !member) {
                    from.disconnect("a client stands for no roles");
                    return;
                }
                if (!ingress.hasRoom(EntryKind.COMMAND_HEADER + command.bytes().readableBytes())) {
                    throw new IllegalStateException("a frame was taken in the midst of a step");
                }
                ingress.batchFor(submit.session(), this)
                        .addCommand(
                                submit.session(), sequence, submit.answeredBelow(), command.machine(), command.bytes());
                if (command.tellStored()) {
                    ingress.tellStored(this, submit.session(), sequence);
                }
                sequence++;
                ingress.added();
            }
        }

        @Override
        public void setReading(boolean reading) {
            Link current = link;
            if (current != null) {
                current.setReading(reading);
            }
        }

        @Override
        public void answer(long session, long sequence, Outcome outcome, byte[] bytes) {
            ByteBuf gathered = answers;
            if (gathered != null && (answersSession != session || gathered.readableBytes() >= ANSWERS_BYTES)) {
                flush();
                gathered = null;
            }
            if (gathered == null) {
                gathered = ClientCodec.beginAnswers(allocator, session);
                answers = gathered;
                answersSession = session;
            }
            ClientCodec.addAnswer(gathered, sequence, outcome, bytes);
        }

        @Override
        public void opened(long request, long session) {
            send(Lane.BULK, ClientCodec.encode(allocator, new ClientMessage.Opened(request, session)));
        }

        @Override
        public void read(long request, Outcome outcome, byte[] bytes) {
            send(Lane.BULK, ClientCodec.encode(allocator, new ClientMessage.Read(request, outcome, bytes)));
        }

        @Override
        public void reached(long index) {
            reached = index;
        }

        @Override
        public void flush() {
            ByteBuf gathered = answers;
            if (gathered != null) {
                answers = null;
                ClientCodec.endAnswers(gathered, reached);
                send(Lane.BULK, gathered);
            }
        }

        private void send(Lane lane, ByteBuf frame) {
            Link current = link;
            if (current == null) {
                frame.release();
            } else if (!current.send(lane, frame)) {
                // It does not read its answers. What it missed it can ask for again on a new link.
                current.disconnect("the queue of answers is full: the far end has stopped reading");
            }
        }
    }
}
