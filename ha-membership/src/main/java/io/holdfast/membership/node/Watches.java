package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Idle connections to those whom this node watches. A process that dies takes its connections with it, and the next dial is
 * refused: evidence that costs no bytes while nothing happens. On the loop.
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
    private final Listener listener;
    private final Map<String, Links.OutboundLink> watched = new LinkedHashMap<>();

    Watches(Links links, Listener listener) {
        this.links = links;
        this.listener = listener;
    }

    void watch(String nodeId, Address address) {
        unwatch(nodeId);
        watched.put(nodeId, links.dial(Streams.PROTOCOL, nodeId, address, new Watch(nodeId, address)));
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
        private final String nodeId;
        private final Address address;

        Watch(String nodeId, Address address) {
            this.nodeId = nodeId;
            this.address = address;
        }

        @Override
        public void up(Links.Link link) {}

        @Override
        public void received(Links.Link link, ByteBuf frame) {} // nobody says anything here

        @Override
        public void down(Links.Link link, CloseReason reason, String detail) {
            listener.closed(nodeId);
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            if (reason == CloseReason.REFUSED) {
                listener.refused(address);
            }
        }
    }
}
