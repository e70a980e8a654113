package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.ProbeOutcome;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamMessage.StreamAck;
import io.holdfast.membership.wire.StreamMessage.StreamPing;
import io.holdfast.membership.wire.StreamMessage.TablePart;
import io.holdfast.membership.wire.TableJoiner;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Links that this node makes for one purpose each: an exchange of whole tables, or a probe over TCP. On the loop. */
final class Streams {
    static final Protocol PROTOCOL = new Protocol(5, "gossip");

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Who hears what comes of it. */
    interface Listener {
        /** The answer to {@link #exchange}. */
        void answered(Address by, SwimTable table);

        /** There will be none. */
        void failed(Address to, boolean refused);

        /** How {@link #probe} ended. */
        void probed(long probe, MemberInfo member, ProbeOutcome outcome);
    }

    private final FeatureContext context;
    private final StreamFrames frames;
    private final int mostMembers;
    private final Listener listener;
    private final Set<Outbound> outbound = new LinkedHashSet<>();

    Streams(FeatureContext context, StreamFrames frames, int mostMembers, Listener listener) {
        this.context = context;
        this.frames = frames;
        this.mostMembers = mostMembers;
        this.listener = listener;
    }

    void exchange(Address to, SwimTable mine) {
        new Exchange(to, mine).dial(null, to);
    }

    void probe(long probe, MemberInfo member) {
        new Probe(probe, member).dial(member.id(), member.address());
    }

    void close() {
        Set.copyOf(outbound).forEach(Outbound::end);
    }

    /** Closed when it has served its purpose, or cannot. */
    private abstract class Outbound implements LinkListener {
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
            });
        }

        @Override
        void failed(boolean refused) {
            listener.failed(to, refused);
        }
    }

    /** A handshake alone may be anybody's: only that process, with a key where there are keys, answers the ping. */
    private final class Probe extends Outbound {
        private final long probe;
        private final MemberInfo member;
        private final long challenge = context.runtime().random().nextLong();

        Probe(long probe, MemberInfo member) {
            this.probe = probe;
            this.member = member;
        }

        @Override
        public void up(Link link) {
            frames.sendPing(link, new StreamPing(challenge, member.id(), member.boot()));
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            frames.open(frame, new StreamFrames.Reader() {
                @Override
                public void ack(StreamAck ack) {
                    if (ack.challenge() == challenge && end()) {
                        listener.probed(probe, member, ProbeOutcome.ANSWERED);
                    }
                }
            });
        }

        @Override
        void failed(boolean refused) {
            listener.probed(probe, member, refused ? ProbeOutcome.REFUSED : ProbeOutcome.SILENT);
        }
    }
}
