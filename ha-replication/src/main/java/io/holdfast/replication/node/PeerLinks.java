package io.holdfast.replication.node;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.replication.log.Identity.Voter;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.wire.RaftCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The links between voters: each dials every other and speaks on the link that it dialled, so that each has its own
 * evidence of whether the other lives. On the loop.
 */
final class PeerLinks {
    /** The protocol of the links between voters. */
    static final Links.Protocol PROTOCOL = new Links.Protocol(1, "replication");

    /** Takes what peers say. */
    interface Events {
        /** A message, with its batches if it is an append or its bytes if it is a chunk, valid during the call. */
        void received(String from, RaftMessage message, List<ByteBuf> batches);

        /** All that arrived together has been handed over. */
        void receivedAll();
    }

    private final Links links;
    private final Map<String, Voter> voters = new TreeMap<>();
    private final Events events;
    private final Consumer<RaftInput> inputs;
    private final Map<String, PeerOutbox> outboxes = new TreeMap<>();
    private final List<OutboundLink> dialled = new ArrayList<>();

    PeerLinks(Links links, List<Voter> voters, Events events, Consumer<RaftInput> inputs) {
        this.links = links;
        voters.forEach(voter -> this.voters.put(voter.nodeId(), voter));
        this.events = events;
        this.inputs = inputs;
    }

    void start(String self, LogStore store, Worker reader, EventLoop loop, ByteBufAllocator allocator) {
        links.accept(PROTOCOL, this::accept);
        voters.forEach((id, voter) -> {
            if (!id.equals(self)) {
                PeerOutbox outbox = new PeerOutbox(id, store, reader, loop, allocator, inputs);
                outboxes.put(id, outbox);
                dialled.add(links.dial(PROTOCOL, id, voter.address(), new Outbound(id, outbox)));
            }
        });
    }

    /** Sends as soon as can be, or drops it where there is no link. */
    void send(String to, RaftMessage message) {
        PeerOutbox outbox = outboxes.get(to);
        if (outbox == null) {
            throw new IllegalStateException("no link was ever made to " + to);
        }
        outbox.send(message);
    }

    /** Sends to everybody there is a link to. */
    void sendToAll(RaftMessage message) {
        outboxes.values().forEach(outbox -> outbox.send(message));
    }

    /** Sends a chunk of a snapshot, or drops it where there is no link or too much waits. Takes ownership of the bytes. */
    void send(String to, RaftMessage.SnapshotChunk chunk, ByteBuf bytes) {
        PeerOutbox outbox = outboxes.get(to);
        if (outbox == null) {
            bytes.release();
            throw new IllegalStateException("no link was ever made to " + to);
        }
        outbox.send(chunk, bytes);
    }

    private LinkListener accept(Peer peer) {
        checkVoter(peer);
        return new Inbound(peer.nodeId());
    }

    private void checkVoter(Peer peer) {
        Voter voter = voters.get(peer.nodeId());
        if (voter == null) {
            throw new RefusedException(peer.nodeId() + " is no voter; the voters are " + voters.keySet());
        }
        if (!voter.diskId().equals(peer.diskId())) {
            throw new RefusedException(peer.nodeId() + " stands on disk " + peer.diskId()
                    + " but its vote belongs to disk " + voter.diskId() + ": its directory was emptied or exchanged");
        }
    }

    void stop() {
        dialled.forEach(OutboundLink::close);
        outboxes.values().forEach(PeerOutbox::down);
    }

    /** The link on which this node speaks to a peer. Nothing is said to it there. */
    private final class Outbound implements LinkListener {
        private final String id;
        private final PeerOutbox outbox;

        Outbound(String id, PeerOutbox outbox) {
            this.id = id;
            this.outbox = outbox;
        }

        @Override
        public void up(Link link) {
            try {
                checkVoter(link.peer());
            } catch (RefusedException e) {
                link.disconnect(String.valueOf(e.getMessage()));
                return;
            }
            outbox.up(link);
            inputs.accept(new RaftInput.PeerUp(id));
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            link.disconnect("a voter answers on its own link");
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            outbox.down();
            inputs.accept(new RaftInput.PeerDown(id));
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            if (reason == CloseReason.REFUSED) {
                inputs.accept(new RaftInput.PeerRefused(id));
            }
        }
    }

    /** The link on which a peer speaks to this node. */
    private final class Inbound implements LinkListener {
        private final String id;
        private final List<ByteBuf> batches = new ArrayList<>();

        Inbound(String id) {
            this.id = id;
        }

        @Override
        public void up(Link link) {}

        @Override
        public void received(Link link, ByteBuf frame) {
            batches.clear();
            RaftMessage message = RaftCodec.decode(frame, batches);
            events.received(id, message, batches);
            batches.clear();
        }

        @Override
        public void receivedAll(Link link) {
            events.receivedAll();
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {}
    }

    /** Which lane a message takes: appends and chunks wait their turn, all else overtakes them. */
    static Lane lane(RaftMessage message) {
        return message instanceof RaftMessage.AppendRequest || message instanceof RaftMessage.SnapshotChunk
                ? Lane.BULK
                : Lane.URGENT;
    }
}
