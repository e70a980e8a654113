package io.holdfast.replication.node;

import io.holdfast.core.Address;
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
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.node.Whereabouts.Target;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.wire.RaftCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The links between the nodes that store the log: each dials every other and speaks on the link that it dialled, so that each
 * has its own evidence of whether the other lives. Whom it has reached is known by node and disk: another disk at the same
 * address is somebody else. Who is dialled, and where, {@link Whereabouts} knows. On the loop.
 */
final class PeerLinks {
    /** The protocol of these links. */
    static final Links.Protocol PROTOCOL = new Links.Protocol(1, "replication");

    private static final long PARTING_NANOS = 1_000_000_000L;

    /** Takes what peers say. */
    interface Events {
        /** A message, with its batches if it is an append or its bytes if it is a chunk, valid during the call. */
        void received(String from, RaftMessage message, List<ByteBuf> batches);

        /** All that arrived together has been handed over. */
        void receivedAll();

        /** So many bytes of batches, or of a snapshot, are on their way to somebody. */
        void sent(long bytes);

        /** Where that node should be nobody listens. */
        void refused(String nodeId, Address address);
    }

    private final Links links;
    private final Whereabouts known;
    private final LogStore store;
    private final Worker reader;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final Events events;
    private final Consumer<RaftInput> inputs;
    /** By name, of members and of whoever else is reached. */
    private final Map<String, PeerOutbox> outboxes = new TreeMap<>();

    private final Map<Target, Outbound> dialled = new TreeMap<>();
    /** Why dialling a member failed last, by its node id, until it is reached. */
    private final Map<String, String> troubles = new TreeMap<>();

    private boolean stopped;

    PeerLinks(
            Links links,
            String selfNode,
            LogStore store,
            Worker reader,
            EventLoop loop,
            ByteBufAllocator allocator,
            Events events,
            Consumer<RaftInput> inputs) {
        this.links = links;
        this.known = new Whereabouts(selfNode);
        this.store = store;
        this.reader = reader;
        this.loop = loop;
        this.allocator = allocator;
        this.events = events;
        this.inputs = inputs;
    }

    void start() {
        links.accept(PROTOCOL, PeerLinks.this::accept);
    }

    /** These belong to the group: they are dialled, and nobody else is any more. */
    void members(Collection<Voter> members) {
        known.members(members);
        troubles.keySet().removeIf(nodeId -> !known.isMember(nodeId));
        endUnwanted();
        known.members().forEach(this::dial);
        known.forEachCaller((id, target) -> {
            if (!known.isMemberByName(id)) {
                dialUnlessReached(id, target);
            } else if (!known.hasMoved(target.nodeId())) {
                movedTo(target);
            }
        });
    }

    /** What has just been said to who leaves is still to arrive. Where a member is reached it stays, whatever others say. */
    private void endUnwanted() {
        for (Target target : List.copyOf(dialled.keySet())) {
            if (!known.isWanted(target)) {
                loop.schedule(PARTING_NANOS, () -> endIfUnwanted(target));
            }
        }
        outboxes.entrySet().removeIf(each -> !each.getValue().isUp() && !known.isMemberByName(each.getKey()));
    }

    private void end(Target target) {
        Outbound outbound = dialled.remove(target);
        if (outbound != null) {
            outbound.close();
        }
    }

    /**
     * A node has said where it is reached. This node may not know it yet, and must be able to answer it all the same.
     *
     * @param on its link; null if another one has passed it on
     */
    private void introduced(Voter peer, @Nullable Inbound on) {
        if (!known.hasRoomFor(peer)) {
            return;
        }
        known.introduced(peer, on).forEach(this::endIfUnwanted);
        Target target = new Target(peer.nodeId(), peer.address());
        if (known.isMemberByName(peer.id())) {
            movedTo(target);
        } else if (known.isWanted(target)) {
            dialUnlessReached(peer.id(), target);
        }
    }

    private void dialUnlessReached(String id, Target target) {
        if (!isReachedAs(id)) {
            dial(target);
        }
    }

    private void endIfUnwanted(@Nullable Target target) {
        Outbound outbound = target == null ? null : dialled.get(target);
        if (target != null && outbound != null && !known.isWanted(target) && !outbound.leadsToMember()) {
            end(target);
        }
    }

    /** A node has been found that may be one of the log's, and may have another address than these know. */
    void found(String nodeId, Address address) {
        if (known.isMember(nodeId)) {
            movedTo(new Target(nodeId, address));
        }
    }

    /** A link that stands is not ended for it: if that member has left that address, its link ends by itself. */
    private void movedTo(Target target) {
        if (known.isListed(target)) {
            return;
        }
        endIfUnwanted(known.movedTo(target));
        if (!isReached(target.nodeId())) {
            dial(target);
        } // else it is dialled when that link ends
    }

    /**
     * Nobody is heard who leads, so that it may be that those whom this node knows are there no more: from now on whoever {@link
     * #guide} names is dialled, too. Or somebody is.
     */
    void lost(boolean now) {
        if (known.lost(now)) {
            endUnwanted();
        }
    }

    /** A node that may know who leads. It passes on that this one is there, unless it is reached: then it has been told already. */
    void guide(String nodeId, Address address) {
        Target target = new Target(nodeId, address);
        boolean reached = outboxes.entrySet().stream()
                .anyMatch(entry -> Voter.nodeOf(entry.getKey()).equals(nodeId)
                        && entry.getValue().isUp());
        if (!reached && known.guide(target)) {
            dial(target);
        }
    }

    private boolean isReachedAs(String id) {
        PeerOutbox outbox = outboxes.get(id);
        return outbox != null && outbox.isUp();
    }

    /** True if a link to that node stands: if it is a member, to its disk, and else whatever its disk. */
    private boolean isReached(String nodeId) {
        boolean member = known.isMember(nodeId);
        return outboxes.entrySet().stream()
                .anyMatch(entry -> Voter.nodeOf(entry.getKey()).equals(nodeId)
                        && (!member || known.isMemberByName(entry.getKey()))
                        && entry.getValue().isUp());
    }

    /** Where the link stands by which that member is reached; null if none does, or only one to where it has never said it is. */
    @Nullable
    Address addressOf(Voter member) {
        for (Outbound outbound : dialled.values()) {
            Link link = outbound.standing;
            PeerOutbox outbox = outboxes.get(outbound.reached);
            boolean leads = link != null && outbox != null && outbox.isOn(link) && outbound.reached.equals(member.id());
            if (leads && !outbound.isGuides()) {
                return outbound.address;
            }
        }
        return null;
    }

    private void dial(Target target) {
        if (!stopped && !dialled.containsKey(target)) {
            Outbound outbound = new Outbound(target);
            dialled.put(target, outbound);
            outbound.dialled = links.dial(PROTOCOL, target.nodeId(), target.address(), outbound);
        }
    }

    /** To how many something may be sent, now or when they are reached again. */
    int outboxes() {
        return outboxes.size();
    }

    /** For people. */
    Map<String, String> troubles() {
        return Map.copyOf(troubles);
    }

    /** Sends as soon as can be, or drops it where there is no link. */
    void send(String to, RaftMessage message) {
        PeerOutbox outbox = outboxes.get(to);
        if (outbox != null) {
            outbox.send(message);
        }
    }

    /** Sends to everybody there is a link to. */
    void sendToAll(RaftMessage message) {
        List.copyOf(outboxes.values())
                .forEach(outbox -> outbox.send(message)); // a link that is full ends, and may be forgotten
    }

    /** Sends a chunk of a snapshot, or drops it where there is no link or too much waits. Takes ownership of the bytes. */
    void send(String to, RaftMessage.SnapshotChunk chunk, ByteBuf bytes) {
        PeerOutbox outbox = outboxes.get(to);
        if (outbox == null) {
            bytes.release();
        } else {
            outbox.send(chunk, bytes);
        }
    }

    private LinkListener accept(Peer peer) {
        return new Inbound(name(peer));
    }

    /**
     * Whoever has this cluster's id, which it has been told by a node of the cluster, and a disk of its own; the core knows whose
     * word counts.
     */
    private static String name(Peer peer) {
        if (!peer.member()) {
            throw new RefusedException("client " + peer.nodeId() + " stores no log");
        }
        if (peer.diskId().equals(Voter.NO_DISK)) {
            throw new RefusedException(peer.nodeId() + " is not part of a cluster yet");
        }
        return Voter.id(peer.nodeId(), peer.diskId());
    }

    void stop() {
        stopped = true;
        List.copyOf(dialled.keySet()).forEach(this::end);
    }

    /** The link on which this node speaks to a peer. Nothing is said to it there. */
    private final class Outbound implements LinkListener {
        private final Target target;
        private final String nodeId;
        private final Address address;
        /** It was dialled since somebody might be there who knows who leads. */
        private final boolean guided;

        private @Nullable OutboundLink dialled;
        private @Nullable Link standing;
        /** Whom it reached last. */
        private String reached = "";

        Outbound(Target target) {
            this.target = target;
            this.nodeId = target.nodeId();
            this.address = target.address();
            this.guided = !known.isSaid(target);
        }

        /** A name that several nodes share perhaps, and that leads to another one the next time. */
        private boolean isGuides() {
            return guided && !known.isSaid(target);
        }

        @Override
        public void up(Link link) {
            try {
                reached = name(link.peer());
            } catch (RefusedException e) {
                link.disconnect(String.valueOf(e.getMessage()));
                return;
            }
            if (isGuides() && isReachedAs(reached)) {
                endGuides();
                return;
            }
            standing = link;
            if (known.isMemberByName(reached)) {
                troubles.remove(nodeId);
            }
            outboxes.computeIfAbsent(
                            reached, id -> new PeerOutbox(id, store, reader, loop, allocator, inputs, events::sent))
                    .up(link);
            inputs.accept(new RaftInput.PeerUp(reached));
            for (Outbound other : List.copyOf(PeerLinks.this.dialled.values())) {
                if (other != this && other.isGuides() && other.standing != null && other.reached.equals(reached)) {
                    other.endGuides();
                }
            }
        }

        /** There is a better link. */
        private void endGuides() {
            known.guided(target);
            end(target);
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            link.disconnect("a voter answers on its own link");
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            if (link.equals(standing)) {
                down();
            }
        }

        private void down() {
            Link link = standing;
            PeerOutbox outbox = outboxes.get(reached);
            standing = null;
            if (link != null && outbox != null && outbox.isOn(link)) {
                outbox.down();
                inputs.accept(new RaftInput.PeerDown(reached));
                goOnElsewhere();
                if (!outbox.isUp() && !known.isMemberByName(reached)) {
                    outboxes.remove(reached, outbox); // who is reached no more and no member has nothing to be told
                }
            }
            known.gone(target);
            if (PeerLinks.this.dialled.get(target) == this && !known.isWanted(target)) {
                end(target);
            }
        }

        boolean leadsToMember() {
            return standing != null && known.isMemberByName(reached);
        }

        /** Perhaps another address of it is linked, or it has said where else it is. */
        private void goOnElsewhere() {
            for (Outbound other : List.copyOf(PeerLinks.this.dialled.values())) {
                Link link = other.standing;
                if (other != this && link != null && other.reached.equals(reached)) {
                    other.up(link);
                    return;
                }
            }
            Target elsewhere = known.elsewhere(reached);
            if (elsewhere != null) {
                dial(elsewhere);
            }
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            if (known.isMembers(target) && !isReached(nodeId)) { // of nobody else anybody asks
                troubles.put(nodeId, reason == CloseReason.REFUSED ? "connection refused" : detail);
            }
            // An address that it has left says nothing of a node that is reached at another one.
            if (reason == CloseReason.REFUSED && known.isMembers(target) && !isReached(nodeId)) {
                inputs.accept(new RaftInput.PeerRefused(nodeId));
                events.refused(nodeId, address);
            }
            known.notReached(target);
            if (!known.isWanted(target)) {
                end(target);
            }
        }

        void close() {
            if (dialled != null) {
                dialled.close();
            }
            down();
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
            if (message instanceof RaftMessage.Introduction introduction) {
                introduced(introduction.sender(), this);
            } else if (message instanceof RaftMessage.Stranger relayed && known.isMember(Voter.nodeOf(id))) {
                introduced(relayed.who(), null);
            }
        }

        @Override
        public void receivedAll(Link link) {
            events.receivedAll();
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            known.hungUp(this).forEach(PeerLinks.this::endIfUnwanted);
        }
    }

    /** Which lane a message takes: appends and chunks wait their turn, all else overtakes them. */
    static Lane lane(RaftMessage message) {
        return message instanceof RaftMessage.AppendRequest || message instanceof RaftMessage.SnapshotChunk
                ? Lane.BULK
                : Lane.URGENT;
    }
}
