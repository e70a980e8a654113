package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamMessage.StreamPing;
import io.holdfast.membership.wire.StreamMessage.TablePart;
import io.holdfast.membership.wire.TableJoiner;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Links that others opened. How many there are, and how much of unfinished tables they hold, is not the others' choice: whoever
 * has shown nothing that the seal opens makes room first. On the loop.
 */
final class Inbound {
    /** Each member keeps a few. */
    static final int MOST_LINKS = 4_096;
    /** Of one node: watches, exchanges and probes of its present and its former process. */
    static final int MOST_OF_ONE = 16;
    /** Bytes of all tables that are not complete yet; some six of the largest cluster's. */
    static final long MOST_HELD_BYTES = 48L << 20;

    private static final long TABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Who hears what arrives. */
    interface Listener {
        /** A node sent its table, and waits for an answer on that link. */
        void asked(Link link, SwimTable table);

        /** Messages that came over a link instead of by datagram; not to be kept. */
        void messages(Address from, ByteBuf payload, boolean inReturn);
    }

    private final String node;
    private final long boot;
    private final StreamFrames frames;
    private final int mostMembers;
    private final EventLoop loop;
    private final Listener listener;
    private final Set<One> unproven = new LinkedHashSet<>();
    private final Map<String, Integer> ofNode = new HashMap<>();
    private int count;
    private long heldBytes;

    Inbound(String node, long boot, StreamFrames frames, int mostMembers, EventLoop loop, Listener listener) {
        this.node = node;
        this.boot = boot;
        this.frames = frames;
        this.mostMembers = mostMembers;
        this.loop = loop;
        this.listener = listener;
    }

    /** Takes one more. */
    LinkListener accept(Links.Peer peer) {
        if (!peer.member()) {
            throw new Links.RefusedException("gossip is among members, and " + peer.nodeId() + " is a client");
        }
        if (ofNode.getOrDefault(peer.nodeId(), 0) >= MOST_OF_ONE) {
            throw new Links.RefusedException(
                    MOST_OF_ONE + " links for gossip stand already from " + peer.nodeId() + " to " + node);
        }
        if (count >= MOST_LINKS) {
            if (unproven.isEmpty()) {
                throw new Links.RefusedException(MOST_LINKS + " links for gossip stand already with " + node);
            }
            unproven.iterator().next().makeRoom();
        }
        return new One(peer.nodeId());
    }

    /** How many stand. */
    int count() {
        return count;
    }

    private final class One implements LinkListener {
        private final String nodeId;
        private final TableJoiner joiner = new TableJoiner(mostMembers);
        private @Nullable Link link;
        private @Nullable Timer limit;
        private long held;
        private boolean gone;

        One(String nodeId) {
            this.nodeId = nodeId;
        }

        @Override
        public void up(Link standing) {
            link = standing;
            count++;
            ofNode.merge(nodeId, 1, Integer::sum);
            unproven.add(this);
        }

        void makeRoom() {
            leave();
            if (link != null) {
                link.disconnect("it has sent nothing, and others need its place");
            }
        }

        @Override
        public void received(Link standing, ByteBuf frame) {
            int bytes = frame.readableBytes();
            frames.open(frame, new StreamFrames.Reader() {
                @Override
                public void opened() {
                    unproven.remove(One.this);
                }

                @Override
                public void table(TablePart part) {
                    part(standing, part, bytes);
                }

                @Override
                public void ping(StreamPing ping) {
                    if (ping.target().equals(node) && ping.boot() == boot) {
                        frames.sendAck(standing, ping.challenge());
                    }
                }

                @Override
                public void messages(Address from, ByteBuf payload, boolean inReturn) {
                    listener.messages(from, payload, inReturn);
                }
            });
        }

        private void part(Link standing, TablePart part, int bytes) {
            if (gone) {
                return;
            }
            SwimTable table = joiner.add(part);
            if (table != null) {
                release();
                if (!part.answer() && table.from().id().equals(nodeId)) {
                    listener.asked(standing, table);
                }
                return;
            }
            held += bytes;
            heldBytes += bytes;
            if (limit == null) {
                limit = loop.schedule(TABLE_NANOS, () -> standing.disconnect("its table is not complete after 5 s"));
            }
            if (heldBytes > MOST_HELD_BYTES) {
                standing.disconnect("too many tables are on their way to " + node);
            }
        }

        /** What it held of a table is gone. */
        private void release() {
            heldBytes -= held;
            held = 0;
            Timer running = limit;
            if (running != null) {
                running.cancel();
                limit = null;
            }
        }

        @Override
        public void down(Link standing, CloseReason reason, String detail) {
            leave();
        }

        private void leave() {
            if (!gone) {
                gone = true;
                count--;
                ofNode.computeIfPresent(nodeId, (id, links) -> links == 1 ? null : links - 1);
                unproven.remove(this);
                release();
            }
        }
    }
}
