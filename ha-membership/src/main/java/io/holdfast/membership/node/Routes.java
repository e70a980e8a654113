package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How messages go to an address: by datagrams, or over TCP where datagrams do not get through. That is held to be so for a
 * while when probes by datagram went unanswered twice and the same member answered over TCP, and tried again after that. On the
 * loop.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final String HEALTH = "datagrams";
    private static final int ENOUGH = 2;
    /** Addresses about which something is remembered. */
    private static final int MOST = 10_000;

    private final String node;
    private final FeatureContext context;
    private final DatagramPort datagrams;
    private final boolean useDatagrams;
    private final AddressBook addresses;
    private final Streams streams;
    private final long forgetsNanos;
    private final Map<Address, Blocked> blocked = new LinkedHashMap<>();
    private boolean told;

    private static final class Blocked {
        int times;
        long untilNanos;
        boolean logged;
    }

    Routes(
            String node,
            FeatureContext context,
            DatagramPort datagrams,
            boolean wanted,
            AddressBook addresses,
            Streams streams,
            long forgetsNanos) {
        this.node = node;
        this.context = context;
        this.datagrams = datagrams;
        this.useDatagrams = wanted && datagrams.isBound();
        this.addresses = addresses;
        this.streams = streams;
        this.forgetsNanos = forgetsNanos;
        if (wanted && !datagrams.isBound()) {
            String why = "no datagrams: " + datagrams.problem() + "; gossip goes over TCP";
            LOG.warn("node {}: {}", node, why);
            context.health(HEALTH, Health.DEGRADED, why);
        }
    }

    /** Sends, and takes ownership of {@code payload}. */
    void send(Address to, ByteBuf payload) {
        if (!useDatagrams || isBlocked(to)) {
            streams.message(to, payload);
            return;
        }
        addresses.find(to, new AddressBook.Use() {
            @Override
            public void found(InetSocketAddress where) {
                datagrams.send(where, payload);
            }

            @Override
            public void lost() {
                payload.release();
            }
        });
    }

    private boolean isBlocked(Address to) {
        Blocked known = blocked.get(to);
        return known != null
                && known.times >= ENOUGH
                && context.runtime().clock().nanoTime() - known.untilNanos < 0;
    }

    /** A member did not answer datagrams, and answered over TCP. */
    void answeredByStreamAlone(Address address, String nodeId) {
        count(address, nodeId, 1);
    }

    /** A member found that datagrams do not get through, and wrote over TCP: it is answered there. */
    void wroteByStream(Address address, String nodeId) {
        count(address, nodeId, ENOUGH);
    }

    private void count(Address address, String nodeId, int times) {
        if (!useDatagrams) {
            return;
        }
        if (blocked.size() >= MOST && !blocked.containsKey(address)) {
            blocked.remove(blocked.keySet().iterator().next());
        }
        Blocked known = blocked.computeIfAbsent(address, a -> new Blocked());
        long now = context.runtime().clock().nanoTime();
        if (known.times >= ENOUGH && now - known.untilNanos >= 0) {
            known.times = 0; // they were tried again meanwhile
        }
        known.times += times;
        if (known.times >= ENOUGH) {
            known.untilNanos = now + forgetsNanos;
            if (!known.logged) {
                known.logged = true;
                LOG.warn(
                        "node {}: datagrams to {} at {} do not get through, while TCP does; gossip with it goes over TCP."
                                + " Is UDP to that port blocked?",
                        node,
                        nodeId,
                        address);
            }
            judge();
        }
    }

    private void judge() {
        boolean any = blocked.keySet().stream().anyMatch(this::isBlocked);
        if (any != told) {
            told = any;
            context.health(
                    HEALTH,
                    any ? Health.DEGRADED : Health.UP,
                    any ? "datagrams to some members do not get through; gossip with them goes over TCP" : "");
        }
    }

    /** Members that are reached over TCP alone at this moment. */
    int overTcp() {
        return (int) blocked.keySet().stream().filter(this::isBlocked).count();
    }

    /** Sees whether health is better; now and then. */
    void look() {
        blocked.values()
                .removeIf(b ->
                        b.times >= ENOUGH && context.runtime().clock().nanoTime() - b.untilNanos >= 2 * forgetsNanos);
        judge();
    }

    void close() {
        blocked.clear();
    }
}
