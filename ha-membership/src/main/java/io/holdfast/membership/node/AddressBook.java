package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Resolver;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where datagrams go for an address whose host may be a name. A name is looked up when it is first needed and again after a
 * while; what is to be sent meanwhile goes where it stood for before, or waits if that is not known. On the loop.
 */
final class AddressBook {
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Sends that wait for one look-up. */
    private static final int MOST_WAITING = 8;
    /** Names remembered; the one not asked for longest is forgotten. */
    private static final int MOST_NAMES = 20_000;

    /** What an address is wanted for. One of the two is called, once. */
    interface Use {
        void found(InetSocketAddress where);

        /** Nobody knows it, or too many wait. */
        void lost();
    }

    private final Resolver resolver;
    private final Clock clock;
    private final Map<Address, Known> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Address, Known> eldest) {
            return size() > MOST_NAMES;
        }
    };

    private static final class Known {
        @Nullable
        InetSocketAddress known;

        final ArrayDeque<Use> waiting = new ArrayDeque<>();
        boolean asking;
        long askAgainNanos;
    }

    AddressBook(Resolver resolver, Clock clock) {
        this.resolver = resolver;
        this.clock = clock;
    }

    /** Tells {@code use} where {@code address} is: at once if that is known, after a look-up otherwise. */
    void find(Address address, Use use) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(address.host());
        if (literal != null) {
            use.found(new InetSocketAddress(literal, address.port()));
            return;
        }
        Known entry = entries.computeIfAbsent(address, a -> new Known());
        long now = clock.nanoTime();
        if (!entry.asking && (entry.known == null || now - entry.askAgainNanos >= 0)) {
            ask(address, entry);
        }
        InetSocketAddress known = entry.known;
        if (known != null) {
            use.found(known);
        } else {
            Use oldest = entry.waiting.size() >= MOST_WAITING ? entry.waiting.poll() : null;
            if (oldest != null) {
                oldest.lost(); // gossip: the newer says more
            }
            if (entry.asking) {
                entry.waiting.add(use);
            } else {
                use.lost(); // asked a moment ago, in vain
            }
        }
    }

    /** Whoever waits waits in vain. */
    void close() {
        for (Known entry : entries.values()) {
            entry.waiting.forEach(Use::lost);
            entry.waiting.clear();
        }
    }

    private void ask(Address address, Known entry) {
        long now = clock.nanoTime();
        if (entry.askAgainNanos != 0 && now - entry.askAgainNanos < 0) {
            return;
        }
        entry.asking = true;
        entry.askAgainNanos = now + RETRY_NANOS;
        resolver.resolve(address, (addresses, problem) -> {
            entry.asking = false;
            if (addresses.isEmpty()) {
                entry.waiting.forEach(Use::lost);
                entry.waiting.clear();
                return; // whoever needs it asks again; a probe that fails for it says so
            }
            InetSocketAddress found = addresses.get(0);
            entry.known = found;
            entry.askAgainNanos = clock.nanoTime() + REFRESH_NANOS;
            for (Use use = entry.waiting.poll(); use != null; use = entry.waiting.poll()) {
                use.found(found);
            }
        });
    }
}
