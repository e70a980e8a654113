package io.holdfast.verification.torture;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Every link between two processes, each through a TCP proxy of its own on loopback, in this process. One link carries what
 * {@code dialer} dials at {@code target}; the bytes of both directions go by the {@link Rule}s that hold. Safe from any thread.
 */
final class Network implements AutoCloseable {
    private final EventLoopGroup group = newLoop();
    private final Map<String, Map<String, Link>> links = new LinkedHashMap<>(); // by dialer and target; guarded by this
    private final List<Rule> rules = new ArrayList<>(); // guarded by this
    private final Set<String> down = new HashSet<>(); // guarded by this

    @SuppressWarnings("deprecation") // what Netty 4.1 and 4.2 share
    private static EventLoopGroup newLoop() {
        return new NioEventLoopGroup(1, task -> {
            Thread thread = new Thread(task, "links");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Makes a link; returns where {@code dialer} dials it. */
    synchronized InetSocketAddress connect(String dialer, String target, InetSocketAddress targetAddress)
            throws IOException {
        Link link = new Link(group.next(), dialer + " to " + target, targetAddress);
        links.computeIfAbsent(dialer, d -> new LinkedHashMap<>()).put(target, link);
        refresh();
        return link.address();
    }

    /** From now on this rule holds, too. */
    synchronized void add(Rule rule) throws IOException {
        rules.add(rule);
        refresh();
    }

    /** It holds no longer. No effect if it did not. */
    synchronized void remove(Rule rule) throws IOException {
        rules.remove(rule);
        refresh();
    }

    /** Whoever dials a process that is down is refused, as by its system. */
    synchronized void down(String process, boolean isDown) throws IOException {
        if (isDown ? down.add(process) : down.remove(process)) {
            refresh();
        }
    }

    private void refresh() throws IOException {
        for (var ofDialer : links.entrySet()) {
            for (var entry : ofDialer.getValue().entrySet()) {
                Rule.Way forward = way(ofDialer.getKey(), entry.getKey());
                Rule.Way backward = way(entry.getKey(), ofDialer.getKey());
                boolean refused = forward.refused() || backward.refused() || down.contains(entry.getKey());
                Link link = entry.getValue();
                await(group.next().submit(() -> {
                    link.set(refused, forward, backward);
                    return link;
                }));
            }
        }
    }

    private Rule.Way way(String from, String to) {
        Rule.Way way = Rule.Way.OPEN;
        for (Rule rule : rules) {
            Rule.@Nullable Way more = rule.between(from, to);
            if (more != null) {
                way = way.and(more);
            }
        }
        return way;
    }

    static <T> T await(java.util.concurrent.Future<T> future) throws IOException {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the links do not work: " + e, e);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // its threads are daemons
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
