package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How messages go to an address: by datagrams, or over TCP where datagrams do not get through. That is held to be so for a
 * while when probes by datagram went unanswered twice and the same member answered over TCP, and tried again after that. Whoever
 * writes over TCP since it found that out is answered there, for as long as it does. An answer says that it is one, or two nodes
 * would keep each other from ever trying datagrams again. On the loop.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final String HEALTH = "datagrams";
    private static final int ENOUGH = 2;
    /** Since a member's last message over TCP. */
    private static final long FOLLOW_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** Addresses about which something is remembered. */
    private static final int MOST = 10_000;

    private final String node;
    private final FeatureContext context;
    /** Null without datagrams. */
    private final @Nullable DatagramPort datagrams;

    private final AddressBook addresses;
    private final Carriers carriers;
    private final long forgetsNanos;
    private final Map<Address, Blocked> blocked = new LinkedHashMap<>();
    private boolean told;

    private static final class Blocked {
        int times;
        long countedNanos;
        long untilNanos;
        boolean logged;
        boolean follows;
        long followedNanos; // when it last wrote over TCP
    }

    Routes(
            String node,
            FeatureContext context,
            @Nullable DatagramPort datagrams,
            AddressBook addresses,
            Carriers carriers,
            long forgetsNanos) {
        this.node = node;
        this.context = context;
        this.datagrams = datagrams == null || !datagrams.isBound() ? null : datagrams;
        this.addresses = addresses;
        this.carriers = carriers;
        this.forgetsNanos = forgetsNanos;
        if (datagrams != null && !datagrams.isBound()) {
            String why = "no datagrams: " + datagrams.problem() + "; gossip goes over TCP";
            LOG.warn("node {}: {}", node, why);
            context.health(HEALTH, Health.DEGRADED, why);
        }
    }

    /** Sends, and takes ownership of {@code payload}. */
    void send(Address to, ByteBuf payload) {
        DatagramPort port = datagrams;
        boolean own = port == null || isBlocked(to);
        if (port == null || own || follows(to)) {
            carriers.send(to, payload, !own);
            return;
        }
        addresses.find(to, new AddressBook.Use() {
            @Override
            public void found(InetSocketAddress where) {
                port.send(where, payload);
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

    private boolean follows(Address to) {
        Blocked known = blocked.get(to);
        long now = context.runtime().clock().nanoTime();
        return known != null && known.follows && now - known.followedNanos < FOLLOW_NANOS;
    }

    private Blocked at(Address address) {
        if (blocked.size() >= MOST && !blocked.containsKey(address)) {
            blocked.remove(blocked.keySet().iterator().next());
        }
        return blocked.computeIfAbsent(address, a -> new Blocked());
    }

    /** A member found that datagrams do not get through, and wrote over TCP: it is answered there. */
    void wroteByStream(Address address) {
        if (datagrams == null) {
            return;
        }
        Blocked known = at(address);
        known.follows = true;
        known.followedNanos = context.runtime().clock().nanoTime();
    }

    /** A member did not answer datagrams, and answered over TCP. */
    void answeredByStreamAlone(Address address, String nodeId) {
        if (datagrams == null) {
            return;
        }
        Blocked known = at(address);
        long now = context.runtime().clock().nanoTime();
        if (now - known.countedNanos >= forgetsNanos) {
            known.times = 0; // long ago, or they were tried again meanwhile
        }
        known.times++;
        known.countedNanos = now;
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
        boolean any = overTcp() > 0;
        if (any != told) {
            told = any;
            context.health(
                    HEALTH,
                    any ? Health.DEGRADED : Health.UP,
                    any ? "datagrams to some members do not get through; gossip with them goes over TCP" : "");
        }
    }

    /** Members that are reached over TCP alone, or were a moment ago and are just being tried again. */
    int overTcp() {
        long now = context.runtime().clock().nanoTime();
        return (int) blocked.entrySet().stream()
                .filter(each -> follows(each.getKey())
                        || (each.getValue().times >= ENOUGH && now - each.getValue().untilNanos < forgetsNanos))
                .count();
    }

    /** Sees whether health is better; now and then. */
    void look() {
        long now = context.runtime().clock().nanoTime();
        blocked.values()
                .removeIf(b -> b.times >= ENOUGH
                        ? now - b.untilNanos >= 2 * forgetsNanos
                        : now - b.countedNanos >= forgetsNanos && now - b.followedNanos >= FOLLOW_NANOS);
        judge();
    }

    void close() {
        blocked.clear();
    }
}
