package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.membership.swim.ProbeOutcome;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamMessage.TablePart;
import io.holdfast.membership.wire.TableJoiner;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What gossip does over links: exchanges of whole tables, probes over TCP, and messages where datagrams do not get through. On
 * the loop.
 */
final class Streams {
    static final Protocol PROTOCOL = new Protocol(5, "gossip");

    /** Links that others opened; each member keeps a few. More are refused, since their number is not this node's choice. */
    private static final int MOST_INBOUND = 4_096;
    /** Links that this node keeps to those whom datagrams do not reach; of more the one not used for longest is closed. */
    private static final int MOST_CARRIERS = 256;

    /** Who hears what comes of it. */
    interface Listener {
        /** Another node sent its table and waits for {@link #answer}. */
        void asked(long stream, SwimTable table);

        /** The answer to {@link #exchange}. */
        void answered(Address by, SwimTable table);

        /** There will be none. */
        void failed(Address to, boolean refused);

        /** How {@link #probe} ended. */
        void probed(long probe, String nodeId, Address address, ProbeOutcome outcome);

        /** Messages that came over a link instead of by datagram; not to be kept. */
        void messages(String nodeId, Address from, ByteBuf payload);
    }

    private final String node;
    private final FeatureContext context;
    private final StreamFrames frames;
    private final int mostMembers;
    private final Listener listener;
    private final Set<Outbound> outbound = new LinkedHashSet<>();
    private final Map<Long, Link> asking = new HashMap<>();
    private final Map<Address, Carrier> carriers = new LinkedHashMap<>(16, 0.75f, true);
    private int inbound;
    private long lastStream;

    Streams(String node, FeatureContext context, StreamFrames frames, int mostMembers, Listener listener) {
        this.node = node;
        this.context = context;
        this.frames = frames;
        this.mostMembers = mostMembers;
        this.listener = listener;
    }

    /** Takes what others open. */
    void accept() {
        context.links().accept(PROTOCOL, peer -> {
            if (!peer.member()) {
                throw new Links.RefusedException("gossip is among members, and " + peer.nodeId() + " is a client");
            }
            if (inbound >= MOST_INBOUND) {
                throw new Links.RefusedException(MOST_INBOUND + " links for gossip stand already with " + node);
            }
            inbound++;
            return new Inbound();
        });
    }

    void exchange(Address to, SwimTable mine) {
        new Exchange(to, mine).dial(null, to);
    }

    void answer(long stream, SwimTable mine) {
        Link link = asking.remove(stream);
        if (link != null) {
            frames.sendTable(link, true, mine);
        }
    }

    void probe(long probe, String nodeId, Address address) {
        new Probe(probe, nodeId, address).dial(nodeId, address);
    }

    /** Sends what would have been a datagram, best effort, and takes ownership of it. */
    void message(Address to, ByteBuf payload) {
        Carrier carrier = carriers.get(to);
        if (carrier == null) {
            if (carriers.size() >= MOST_CARRIERS) {
                carriers.remove(carriers.keySet().iterator().next()).close();
            }
            carrier = new Carrier(to);
            carriers.put(to, carrier);
        }
        carrier.send(payload);
    }

    void close() {
        Set.copyOf(outbound).forEach(Outbound::end);
        carriers.values().forEach(Carrier::close);
        carriers.clear();
        asking.clear();
    }

    /** What somebody else opened. */
    private final class Inbound implements LinkListener {
        private final TableJoiner joiner = new TableJoiner(mostMembers);
        private long stream;

        @Override
        public void up(Link link) {}

        @Override
        public void received(Link link, ByteBuf frame) {
            frames.open(frame, new StreamFrames.Reader() {
                @Override
                public void table(TablePart part) {
                    SwimTable table = joiner.add(part);
                    if (table != null
                            && !part.answer()
                            && table.from().id().equals(link.peer().nodeId())) {
                        stream = ++lastStream;
                        asking.put(stream, link);
                        listener.asked(stream, table);
                        asking.remove(stream);
                    }
                }

                @Override
                public void messages(Address from, ByteBuf payload) {
                    listener.messages(link.peer().nodeId(), from, payload);
                }
            });
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            inbound--;
            asking.remove(stream);
        }
    }

    /** A link for one purpose, closed when that is served or has failed. */
    private abstract class Outbound implements LinkListener {
        private static final long LIMIT_NANOS = 5_000_000_000L;

        private Links.@Nullable OutboundLink link;
        private @Nullable Timer limit;
        private boolean ended;

        final void dial(@Nullable String nodeId, Address address) {
            outbound.add(this);
            limit = context.runtime().loop().schedule(LIMIT_NANOS, () -> finish(false));
            link = context.links().dial(PROTOCOL, nodeId, address, this);
        }

        /** It will not be served. */
        abstract void failed(boolean refused);

        /** Fails, unless it has ended. */
        final void finish(boolean refused) {
            if (end()) {
                failed(refused);
            }
        }

        final boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            outbound.remove(this);
            if (limit != null) {
                limit.cancel();
            }
            if (link != null) {
                link.close();
            }
            return true;
        }

        @Override
        public void received(Link up, ByteBuf frame) {}

        @Override
        public void down(Link up, CloseReason reason, String detail) {
            finish(false);
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            finish(reason == CloseReason.REFUSED);
        }
    }

    private final class Exchange extends Outbound {
        private final Address to;
        private final SwimTable mine;
        private final TableJoiner joiner = new TableJoiner(mostMembers);

        Exchange(Address to, SwimTable mine) {
            this.to = to;
            this.mine = mine;
        }

        @Override
        public void up(Link link) {
            frames.sendTable(link, false, mine);
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            frames.open(frame, new StreamFrames.Reader() {
                @Override
                public void table(TablePart part) {
                    SwimTable table = joiner.add(part);
                    boolean theirs = table != null
                            && part.answer()
                            && table.from().id().equals(link.peer().nodeId());
                    if (table != null && theirs && end()) {
                        listener.answered(to, table);
                    }
                }

                @Override
                public void messages(Address from, ByteBuf payload) {}
            });
        }

        @Override
        void failed(boolean refused) {
            listener.failed(to, refused);
        }
    }

    /** Whoever completes the handshake has a loop that turns. */
    private final class Probe extends Outbound {
        private final long probe;
        private final String nodeId;
        private final Address address;

        Probe(long probe, String nodeId, Address address) {
            this.probe = probe;
            this.nodeId = nodeId;
            this.address = address;
        }

        @Override
        public void up(Link link) {
            if (end()) {
                listener.probed(probe, nodeId, address, ProbeOutcome.ANSWERED);
            }
        }

        @Override
        void failed(boolean refused) {
            listener.probed(probe, nodeId, address, refused ? ProbeOutcome.REFUSED : ProbeOutcome.SILENT);
        }
    }

    /** A link for messages to one address. */
    private final class Carrier implements LinkListener {
        private static final int MOST_WAITING = 8;

        private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
        private final Links.OutboundLink link;

        Carrier(Address to) {
            link = context.links().dial(PROTOCOL, null, to, this);
        }

        void send(ByteBuf payload) {
            Link up = link.current();
            if (up != null) {
                frames.sendMessages(up, payload);
                return;
            }
            ByteBuf oldest = waiting.size() >= MOST_WAITING ? waiting.poll() : null;
            if (oldest != null) {
                oldest.release(); // gossip: the newer says more
            }
            waiting.add(payload);
        }

        @Override
        public void up(Link up) {
            for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
                frames.sendMessages(up, next);
            }
        }

        @Override
        public void received(Link up, ByteBuf frame) {}

        @Override
        public void down(Link up, CloseReason reason, String detail) {}

        void close() {
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            link.close();
        }
    }
}
