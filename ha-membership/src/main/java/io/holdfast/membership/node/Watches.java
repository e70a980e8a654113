package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.wire.StreamMessage.StreamPing;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Connections to those whom this node watches, idle after a ping that shows whose they are. A process that dies takes its
 * connections with it, and the next dial is refused: evidence that costs no bytes while nothing happens. On the loop.
 */
final class Watches {

    /** Who hears of it. */
    interface Listener {
        /** A connection that stood is gone. */
        void closed(String nodeId);

        /** Nobody listens there. */
        void refused(Address address);
    }

    private final Links links;
    private final StreamFrames frames;
    private final Listener listener;
    private final Map<String, Links.OutboundLink> watched = new LinkedHashMap<>();

    Watches(Links links, StreamFrames frames, Listener listener) {
        this.links = links;
        this.frames = frames;
        this.listener = listener;
    }

    void watch(MemberInfo member) {
        unwatch(member.id());
        watched.put(member.id(), links.dial(Streams.PROTOCOL, member.id(), member.address(), new Watch(member)));
    }

    void unwatch(String nodeId) {
        Links.OutboundLink link = watched.remove(nodeId);
        if (link != null) {
            link.close();
        }
    }

    void close() {
        watched.values().forEach(Links.OutboundLink::close);
        watched.clear();
    }

    private final class Watch implements Links.LinkListener {
        private final MemberInfo member;

        Watch(MemberInfo member) {
            this.member = member;
        }

        @Override
        public void up(Links.Link link) {
            frames.sendPing(link, new StreamPing(0, member.id(), member.boot())); // nobody waits for the answer
        }

        @Override
        public void received(Links.Link link, ByteBuf frame) {}

        @Override
        public void down(Links.Link link, CloseReason reason, String detail) {
            listener.closed(member.id());
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            if (reason == CloseReason.REFUSED) {
                listener.refused(member.address());
            }
        }
    }
}
