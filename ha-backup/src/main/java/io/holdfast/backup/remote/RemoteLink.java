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
    private final List<Exchange> undecided = new ArrayList<>(); // until the other end has said something
    private @Nullable OutboundLink dialled;
    private @Nullable Link current;
    private int lastCall;
    private int level; // what the other end knows; 0 while it has said nothing

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
        if (exchange.level() > Greeting.FIRST && level == 0) {
            if (undecided.isEmpty()) {
                send(new OfferFrame.Size(++lastCall, "level")); // whatever the answer is, the greeting has come before
            }
            undecided.add(exchange);
        } else if (exchange.level() > Math.max(Greeting.FIRST, level)) {
            exchange.decline();
        } else {
            ask(exchange);
        }
    }

    private void ask(Exchange exchange) {
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
            undecided.remove(exchange);
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
        if (level == 0) {
            level = Greeting.levelOf(decoded);
            List<Exchange> decided = List.copyOf(undecided);
            undecided.clear();
            decided.forEach(this::send);
        }
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
        level = 0; // it may be another release when it comes back
        List<Exchange> all = new ArrayList<>(open.values());
        all.addAll(undecided);
        open.clear();
        undecided.clear();
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
