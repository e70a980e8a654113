package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The link to the node that offers a directory: dialled when it is first needed, and then kept. Calls wait for it until a dial fails. On the loop,
 * but for what is said to be for any thread.
 */
final class RemoteLink implements LinkListener {
    private final String nodeId;
    private final Address address;
    private final Links links;
    private final EventLoop loop;
    private final Map<Integer, Exchange> open = new LinkedHashMap<>();
    private final List<Exchange> waiting = new ArrayList<>();
    private @Nullable OutboundLink dialled;
    private @Nullable Link current;
    private int lastCall;

    RemoteLink(String nodeId, Address address, Links links, EventLoop loop) {
        this.nodeId = nodeId;
        this.address = address;
        this.links = links;
        this.loop = loop;
    }

    /** Begins a call. Any thread. */
    void begin(Exchange exchange) {
        loop.execute(() -> {
            if (current != null) {
                send(exchange);
                return;
            }
            waiting.add(exchange);
            if (dialled == null) {
                dialled = links.dial(OfferServer.PROTOCOL, nodeId, address, this);
            } else {
                dialled.dialNow();
            }
        });
    }

    private void send(Exchange exchange) {
        int call = ++lastCall;
        exchange.numbered(call);
        open.put(call, exchange);
        send(exchange.first(call));
        if (exchange.firstRoom() > 0) {
            send(new OfferFrame.Credit(call, exchange.firstRoom()));
        }
    }

    /** A further frame of a call of which something was heard, if it is still open. Any thread. */
    void send(Exchange exchange, IntFunction<OfferFrame> frame) {
        loop.execute(() -> {
            if (open.get(exchange.call()) == exchange) {
                send(frame.apply(exchange.call()));
            }
        });
    }

    /** There is room for so much more. Any thread. */
    void credit(Exchange exchange, int more) {
        exchange.makeRoom(more);
        send(exchange, call -> new OfferFrame.Credit(call, more));
    }

    private void send(OfferFrame frame) {
        Link link = current;
        if (link != null && !link.send(Lane.BULK, OfferCodec.encode(frame))) {
            link.disconnect("more waits for being sent than may");
        }
    }

    /** Nobody waits for it any more. Any thread. */
    void forget(Exchange exchange) {
        loop.execute(() -> {
            waiting.remove(exchange);
            if (open.values().remove(exchange)) {
                send(new OfferFrame.Cancel(exchange.call()));
            }
        });
    }

    @Override
    public void up(Link link) {
        current = link;
        List<Exchange> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(this::send);
    }

    @Override
    public void received(Link link, ByteBuf frame) {
        OfferFrame decoded = OfferCodec.decode(frame);
        boolean last = decoded instanceof OfferFrame.Done
                || decoded instanceof OfferFrame.Failed
                || decoded instanceof OfferFrame.End;
        Exchange exchange = open.get(decoded.call());
        if (exchange != null) {
            exchange.deliver(decoded); // if it is no answer, the link ends, and with it what is open
            if (last) {
                open.remove(decoded.call());
            }
        }
    }

    @Override
    public void down(Link link, CloseReason reason, String detail) {
        current = null;
        List<Exchange> all = List.copyOf(open.values());
        open.clear();
        all.forEach(exchange -> exchange.breakOff(Reason.UNAVAILABLE, "the connection ended: " + detail));
    }

    @Override
    public void dialFailed(CloseReason reason, String detail) {
        List<Exchange> all = List.copyOf(waiting);
        waiting.clear();
        String why = reason == CloseReason.REFUSED ? "it refused the connection: nothing runs there" : detail;
        all.forEach(exchange -> exchange.breakOff(
                Reason.UNAVAILABLE, "not reached: " + why + " (only a node that offers a directory takes these)"));
    }
}
