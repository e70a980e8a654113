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
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.wire.RaftCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The links between the nodes that store the log: each dials every other and speaks on the link that it dialled, so that each
 * has its own evidence of whether the other lives. Whom it has reached is known by node and disk: another disk at the same
 * address is somebody else. On the loop.
 */
final class PeerLinks {
    /** The protocol of these links. */
    static final Links.Protocol PROTOCOL = new Links.Protocol(1, "replication");

    /** How many nodes may introduce themselves that are dialled where they say: what a peer may ask for is bounded. */
    private static final int MAX_INTRODUCED = 64;

    private static final long PARTING_NANOS = 1_000_000_000L;

    /** Takes what peers say. */
    interface Events {
        /** A message, with its batches if it is an append or its bytes if it is a chunk, valid during the call. */
        void received(String from, RaftMessage message, List<ByteBuf> batches);

        /** All that arrived together has been handed over. */
        void receivedAll();

        /** Where that node should be nobody listens. */
        void refused(String nodeId, Address address);
    }

    /** Where a node is dialled. */
    private record Target(String nodeId, Address address) implements Comparable<Target> {
        @Override
        public int compareTo(Target other) {
            int byNode = nodeId.compareTo(other.nodeId);
            return byNode != 0 ? byNode : address.toString().compareTo(other.address.toString());
        }
    }

    private final Links links;
    private final String selfNode;
    private final LogStore store;
    private final Worker reader;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final Events events;
    private final Consumer<RaftInput> inputs;
    /** By name, of all who were ever reached. */
    private final Map<String, PeerOutbox> outboxes = new TreeMap<>();

    private final Map<Target, Outbound> dialled = new TreeMap<>();
    /** Where nodes said last that they are reached, by node id. */
    private final Map<String, Target> introduced = new TreeMap<>();

    /** Why dialling a node failed last, by its id, until it is reached. */
    private final Map<String, String> troubles = new TreeMap<>();

    private Set<Target> members = Set.of();
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
        this.selfNode = selfNode;
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
        Set<Target> wanted = new TreeSet<>();
        for (Voter member : members) {
            if (!member.nodeId().equals(selfNode)) {
                wanted.add(new Target(member.nodeId(), member.address()));
            }
        }
        this.members = wanted;
        Set<String> nodes = new TreeSet<>();
        wanted.forEach(target -> nodes.add(target.nodeId()));
        introduced.keySet().retainAll(nodes);
        troubles.keySet().retainAll(nodes);
        List<Target> left = new ArrayList<>(dialled.keySet());
        left.removeAll(wanted);
        left.removeAll(introduced.values());
        // What has just been said to who leaves is still to arrive.
        left.forEach(target -> loop.schedule(PARTING_NANOS, () -> {
            if (!this.members.contains(target) && !introduced.containsValue(target)) {
                end(target);
            }
        }));
        wanted.forEach(this::dial);
    }

    private void end(Target target) {
        Outbound outbound = dialled.remove(target);
        if (outbound != null) {
            outbound.end();
        }
    }

    /** A node has said where it is reached. This node may not know it yet, and must be able to answer it all the same. */
    private void introduced(Voter peer) {
        reachedAt(new Target(peer.nodeId(), peer.address()));
    }

    /** A node has been found that may be one of the log's, and may have another address than these know. */
    void found(String nodeId, Address address) {
        if (isMember(nodeId)) {
            reachedAt(new Target(nodeId, address));
        }
    }

    private void reachedAt(Target target) {
        if (target.nodeId().equals(selfNode) || members.contains(target) || introduced.size() >= MAX_INTRODUCED) {
            return;
        }
        Target former = introduced.put(target.nodeId(), target);
        if (former != null && !former.equals(target) && !members.contains(former)) {
            end(former);
        }
        if (!stopped && !isReached(target.nodeId())) {
            dial(target);
        } // else it is dialled when that link ends
    }

    private boolean isMember(String nodeId) {
        return members.stream().anyMatch(target -> target.nodeId().equals(nodeId));
    }

    /** True if a link to that node stands, whatever its disk. */
    private boolean isReached(String nodeId) {
        return outboxes.entrySet().stream()
                .anyMatch(entry -> Voter.nodeOf(entry.getKey()).equals(nodeId)
                        && entry.getValue().isUp());
    }

    private void dial(Target target) {
        if (!dialled.containsKey(target)) {
            Outbound outbound = new Outbound(target);
            dialled.put(target, outbound);
            outbound.dialled = links.dial(PROTOCOL, target.nodeId(), target.address(), outbound);
        }
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
        outboxes.values().forEach(outbox -> outbox.send(message));
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
        dialled.values().forEach(Outbound::end);
        dialled.clear();
    }

    /** The link on which this node speaks to a peer. Nothing is said to it there. */
    private final class Outbound implements LinkListener {
        private final String nodeId;
        private final Address address;
        private @Nullable OutboundLink dialled;
        private @Nullable Link standing;
        /** Whom it reached last. */
        private String reached = "";

        Outbound(Target target) {
            this.nodeId = target.nodeId();
            this.address = target.address();
        }

        @Override
        public void up(Link link) {
            try {
                reached = name(link.peer());
            } catch (RefusedException e) {
                link.disconnect(String.valueOf(e.getMessage()));
                return;
            }
            standing = link;
            troubles.remove(nodeId);
            outboxes.computeIfAbsent(reached, id -> new PeerOutbox(id, store, reader, loop, allocator, inputs))
                    .up(link);
            inputs.accept(new RaftInput.PeerUp(reached));
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
            }
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
            Target target = introduced.get(nodeId);
            if (target != null && !stopped) {
                dial(target);
            }
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            if (!isReached(nodeId)) {
                troubles.put(nodeId, reason == CloseReason.REFUSED ? "connection refused" : detail);
            }
            // An address that it has left says nothing of a node that is reached at another one.
            if (reason == CloseReason.REFUSED && !isReached(nodeId)) {
                inputs.accept(new RaftInput.PeerRefused(nodeId));
                events.refused(nodeId, address);
            }
        }

        void end() {
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
                introduced(introduction.sender());
            } else if (message instanceof RaftMessage.Stranger relayed && isMember(Voter.nodeOf(id))) {
                introduced(relayed.who());
            }
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
