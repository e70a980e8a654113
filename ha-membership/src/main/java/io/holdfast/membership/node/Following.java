package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.wire.Sighting;
import io.holdfast.membership.wire.StreamMessage.Sightings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A link of a client to one member, which tells it who is there. It ends once, when that member cannot be reached, says nothing any
 * more, or is not wanted any longer. On the loop.
 */
final class Following implements LinkListener {
    /** A member that has said nothing for so long is lost, and so is one that is not reached by then. */
    static final long SILENCE_NANOS = 3 * Followers.BEAT_NANOS;

    /** Who hears what it tells. */
    interface Listener {
        /** All that the member sees. */
        void saw(Following from, List<Sighting> all);

        /** What has changed since. */
        void changed(Following from, List<Sighting> news);

        /** It has ended. */
        void lost(Following from, String why);
    }

    private final Address address;
    private final StreamFrames frames;
    private final EventLoop loop;
    private final int mostMembers;
    private final Listener listener;
    private Links.@Nullable OutboundLink link;
    private @Nullable Timer limit;
    /** Of a whole view whose last part has not come; null while there is none on its way. */
    private @Nullable List<Sighting> parts;

    private long number;
    private boolean seen;
    private boolean ended;
    private String name;

    Following(Address address, StreamFrames frames, EventLoop loop, int mostMembers, Listener listener) {
        this.address = address;
        this.frames = frames;
        this.loop = loop;
        this.mostMembers = mostMembers;
        this.listener = listener;
        this.name = address.toString();
    }

    /** @param nodeId whom the address must lead to; null for anybody */
    void begin(Links links, @Nullable String nodeId) {
        name = nodeId == null ? name : nodeId;
        heard();
        link = links.dial(Followers.PROTOCOL, nodeId, address, this);
    }

    /** Whom it leads to, as far as that is known; else the address. */
    String name() {
        return name;
    }

    private void heard() {
        Timer running = limit;
        if (running != null) {
            running.cancel();
        }
        limit = loop.schedule(
                SILENCE_NANOS,
                () -> end(
                        seen
                                ? "it has said nothing for 3 s"
                                : "it has not told who is there within 3 s; if the members have keys for gossip, a client needs"
                                        + " the same ones"));
    }

    private void end(String why) {
        if (!ended) {
            close();
            listener.lost(this, why);
        }
    }

    /** Ends it; nothing is told any more. */
    void close() {
        ended = true;
        if (limit != null) {
            limit.cancel();
        }
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void up(Link standing) {
        name = standing.peer().nodeId();
        frames.sendFollow(standing);
    }

    @Override
    public void received(Link standing, ByteBuf frame) {
        frames.open(frame, new StreamFrames.Reader() {
            @Override
            public void sightings(Sightings said) {
                if (!ended && said.number() > number) {
                    heard();
                    count(said);
                }
            }
        });
    }

    /** What a link loses, or what was not sent, would not come again. */
    private void count(Sightings said) {
        number++;
        if (said.number() == number) {
            take(said);
        } else {
            end("of what it told, numbers " + number + " to " + (said.number() - 1) + " have not come");
        }
    }

    private void take(Sightings said) {
        if (said.whole()) {
            parts = new ArrayList<>();
        }
        List<Sighting> gathered = parts;
        if (gathered == null) {
            if (!seen) {
                throw new MalformedFrameException("changes of a view that has not come");
            }
            listener.changed(this, said.entries());
            return;
        }
        if (gathered.size() + said.entries().size() > mostMembers) {
            throw new MalformedFrameException("a view of more than " + mostMembers + " members");
        }
        gathered.addAll(said.entries());
        if (said.last()) {
            parts = null;
            seen = true;
            listener.saw(this, gathered);
        }
    }

    @Override
    public void down(Link standing, CloseReason reason, String detail) {
        end("the connection is gone: " + why(reason, detail));
    }

    @Override
    public void dialFailed(CloseReason reason, String detail) {
        end("it is not reached: " + why(reason, detail));
    }

    private static String why(CloseReason reason, String detail) {
        return Objects.requireNonNullElse(detail, "").isEmpty() ? reason.name().toLowerCase(Locale.ROOT) : detail;
    }
}
