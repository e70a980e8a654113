package io.holdfast.verification.process;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.integrations.election.contract.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** What each of several nodes dials at each other one: a proxy, which is made when it is dialled first. Safe from any thread. */
final class LogLinks {
    private record Way(String from, String to) {
        boolean touches(String node) {
            return from.equals(node) || to.equals(node);
        }
    }

    private final Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    private final Map<Way, TcpProxy> proxies = new HashMap<>(); // what follows is guarded by this
    private final Set<String> cut = new HashSet<>();
    private final Map<String, Long> delays = new HashMap<>();

    LogLinks(List<String> ids) throws IOException {
        for (InetSocketAddress free : Loopback.free(ids.size())) {
            addresses.put(ids.get(addresses.size()), free);
        }
    }

    /** Where that node listens, and what it tells others. */
    String address(String id) {
        return Loopback.text(listening(id));
    }

    private InetSocketAddress listening(String id) {
        return Objects.requireNonNull(addresses.get(id), id);
    }

    /** As {@code bootstrap} takes them. */
    String[] members() {
        return addresses.keySet().stream().map(id -> id + "@" + address(id)).toArray(String[]::new);
    }

    /** Leads that node to its own proxies. */
    Resolver resolver(String from, EventLoop loop) {
        return (address, callback) -> {
            String to = addresses.keySet().stream()
                    .filter(id -> address(id).equals(address.toString()))
                    .findFirst()
                    .orElse("");
            loop.execute(() -> {
                if (to.isEmpty()) {
                    callback.resolved(List.of(), "nobody is at " + address);
                } else {
                    int port = proxy(new Way(from, to)).port();
                    callback.resolved(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)), "");
                }
            });
        };
    }

    private synchronized TcpProxy proxy(Way way) {
        return proxies.computeIfAbsent(way, any -> {
            try {
                TcpProxy made = TcpProxy.to(listening(way.to()));
                set(way, made);
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void set(Way way, TcpProxy proxy) {
        if (cut.contains(way.from()) || cut.contains(way.to())) {
            proxy.cut();
        } else {
            proxy.delay(Math.max(delays.getOrDefault(way.from(), 0L), delays.getOrDefault(way.to(), 0L)));
        }
    }

    private void each(String node, Consumer<Map.Entry<Way, TcpProxy>> action) {
        proxies.entrySet().stream()
                .filter(entry -> entry.getKey().touches(node))
                .forEach(action);
    }

    private void refresh(String node) {
        each(node, entry -> set(entry.getKey(), entry.getValue()));
    }

    /** Nothing passes to or from that node, and its connections stay open. */
    synchronized void cut(String node) {
        cut.add(node);
        refresh(node);
    }

    /** On each of its links what the one that was dialled says takes so much longer. */
    synchronized void delay(String node, long nanos) {
        delays.put(node, nanos);
        refresh(node);
    }

    /** Everything passes again. */
    synchronized void heal(String node) {
        cut.remove(node);
        delays.remove(node);
        refresh(node);
    }

    /** Its connections end. */
    synchronized void drop(String node) {
        each(node, entry -> entry.getValue().drop());
    }

    synchronized void close() {
        proxies.values().forEach(TcpProxy::close);
    }
}
