package io.holdfast.backup.remote;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.netty.buffer.ByteBuf;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Real links of which one is cut in the place of its n-th frame, of either direction: the frame does not arrive. Later ones are left alone. */
final class CuttingLinks implements Links {
    private final Links links;
    private final int cutAt;
    private volatile int frames;

    CuttingLinks(Links links, int cutAt) {
        this.links = links;
        this.cutAt = cutAt;
    }

    /** How many have come by so far, of both directions. */
    int frames() {
        return frames;
    }

    /** On the loop. */
    private boolean cutsNow() {
        int frame = frames;
        frames = frame + 1;
        return frame == cutAt;
    }

    @Override
    public void identify(UUID clusterId, UUID diskId) {
        links.identify(clusterId, diskId);
    }

    @Override
    public void accept(Protocol protocol, Acceptor acceptor) {
        links.accept(protocol, acceptor);
    }

    @Override
    public OutboundLink dial(
            Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener) {
        return links.dial(protocol, expectedNodeId, address, new LinkListener() {
            @Override
            public void up(Link link) {
                listener.up(new CutLink(link));
            }

            @Override
            public void received(Link link, ByteBuf frame) {
                if (cutsNow()) {
                    link.disconnect("cut");
                } else {
                    listener.received(link, frame);
                }
            }

            @Override
            public void down(Link link, CloseReason reason, String detail) {
                listener.down(link, reason, detail);
            }

            @Override
            public void dialFailed(CloseReason reason, String detail) {
                listener.dialFailed(reason, detail);
            }
        });
    }

    private final class CutLink implements Link {
        private final Link link;

        private CutLink(Link link) {
            this.link = link;
        }

        @Override
        public Peer peer() {
            return link.peer();
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            if (cutsNow()) {
                frame.release();
                link.disconnect("cut");
                return true;
            }
            return link.send(lane, frame);
        }

        @Override
        public long queuedBytes() {
            return link.queuedBytes();
        }

        @Override
        public void setReading(boolean reading) {
            link.setReading(reading);
        }

        @Override
        public void disconnect(String why) {
            link.disconnect(why);
        }
    }
}
