package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Links that carry what datagrams do not, one for each address, closed when they have not been used for a while. On the loop. */
final class Carriers {
    /** Of more the one not used for longest is closed. */
    private static final int MOST = 256;
    /** Messages that wait for a link; of more the oldest goes, since in gossip the newer says more. */
    private static final int MOST_WAITING = 8;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Links links;
    private final Clock clock;
    private final StreamFrames frames;
    private final Map<Address, Carrier> byAddress = new LinkedHashMap<>(16, 0.75f, true);

    Carriers(Links links, Clock clock, StreamFrames frames) {
        this.links = links;
        this.clock = clock;
        this.frames = frames;
    }

    /**
     * Sends what would have been a datagram, best effort, and takes ownership of it.
     *
     * @param inReturn see {@link StreamFrames#sendMessages}
     */
    void send(Address to, ByteBuf payload, boolean inReturn) {
        Carrier carrier = byAddress.get(to);
        if (carrier == null) {
            if (byAddress.size() >= MOST) {
                byAddress.remove(byAddress.keySet().iterator().next()).close();
            }
            carrier = new Carrier(to);
            byAddress.put(to, carrier);
        }
        carrier.send(new Message(payload, inReturn));
    }

    /** Closes those that nobody has used for a while; now and then. */
    void look() {
        long now = clock.nanoTime();
        for (Iterator<Carrier> each = byAddress.values().iterator(); each.hasNext(); ) {
            Carrier carrier = each.next();
            if (now - carrier.usedNanos >= IDLE_NANOS) {
                carrier.close();
                each.remove();
            }
        }
    }

    int count() {
        return byAddress.size();
    }

    void close() {
        byAddress.values().forEach(Carrier::close);
        byAddress.clear();
    }

    private record Message(ByteBuf payload, boolean inReturn) {}

    private final class Carrier implements LinkListener {
        private final ArrayDeque<Message> waiting = new ArrayDeque<>();
        private final Links.OutboundLink link;
        private long usedNanos;

        Carrier(Address to) {
            link = links.dial(Streams.PROTOCOL, null, to, this);
        }

        void send(Message message) {
            usedNanos = clock.nanoTime();
            Link up = link.current();
            if (up != null) {
                frames.sendMessages(up, message.payload(), message.inReturn());
                return;
            }
            Message oldest = waiting.size() >= MOST_WAITING ? waiting.poll() : null;
            if (oldest != null) {
                oldest.payload().release();
            }
            waiting.add(message);
        }

        @Override
        public void up(Link up) {
            for (Message next = waiting.poll(); next != null; next = waiting.poll()) {
                frames.sendMessages(up, next.payload(), next.inReturn());
            }
        }

        @Override
        public void received(Link up, ByteBuf frame) {}

        @Override
        public void down(Link up, CloseReason reason, String detail) {}

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            drop(); // by the time of the next dial they are old
        }

        private void drop() {
            waiting.forEach(message -> message.payload().release());
            waiting.clear();
        }

        void close() {
            drop();
            link.close();
        }
    }
}
