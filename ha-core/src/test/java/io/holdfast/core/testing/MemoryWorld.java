package io.holdfast.core.testing;

import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.Transport.Acceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Virtual time and a network in memory, all on the test's thread; the same test runs the same way each time. */
public final class MemoryWorld {
    private record Event(long at, long sequence, Runnable task) {}

    /** Who accepts at an address. */
    record Listening(MemoryRuntime runtime, Acceptor acceptor) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.sequence(), b.sequence()));
    private final Map<String, List<InetSocketAddress>> names = new HashMap<>();
    private final Map<String, InetAddress> hosts = new HashMap<>();
    final Map<InetSocketAddress, Listening> listening = new HashMap<>();
    final Set<InetSocketAddress> unreachable = new HashSet<>();
    private long lookUpNanos;
    private long now = 1_000_000_000L;
    private long sequence;

    /** A runtime of its own on the host of that name. */
    public MemoryRuntime runtime(String host) {
        return new MemoryRuntime(this, host);
    }

    /** What a name stands for from now on; without this, any name stands for a host of its own. */
    public void name(String name, InetSocketAddress... addresses) {
        names.put(name, List.of(addresses));
    }

    /** How long looking a name up takes from now on; no time without this. */
    public void lookUpTakes(Duration duration) {
        lookUpNanos = duration.toNanos();
    }

    long lookUpNanos() {
        return lookUpNanos;
    }

    /** Dials to this address get no answer from now on. */
    public void unreachable(InetSocketAddress address) {
        unreachable.add(address);
    }

    /** The address of a host. */
    public InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(hosts.computeIfAbsent(host, this::newHost), port);
    }

    private InetAddress newHost(String host) {
        try {
            return InetAddress.getByAddress(host, new byte[] {10, 0, 0, (byte) (hosts.size() + 1)});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    List<InetSocketAddress> resolve(String host, int port) {
        List<InetSocketAddress> known = names.get(host);
        return known == null ? List.of(address(host, port)) : known;
    }

    long now() {
        return now;
    }

    Timer schedule(long delayNanos, Runnable task) {
        Event event = new Event(now + Math.max(0, delayNanos), sequence++, task);
        events.add(event);
        return () -> events.remove(event);
    }

    /** Runs all that is due now, without letting time pass. */
    public void settle() {
        runFor(Duration.ZERO);
    }

    /** Lets time pass. */
    public void runFor(Duration duration) {
        long end = now + duration.toNanos();
        Event next = events.peek();
        while (next != null && next.at() <= end) {
            events.remove(next);
            now = Math.max(now, next.at());
            next.task().run();
            next = events.peek();
        }
        now = end;
    }

    /** Lets time pass while nothing runs, as if every loop stood still; what is due by then runs afterwards. */
    public void stall(Duration duration) {
        now += duration.toNanos();
    }

    /** Lets time pass until the condition holds; false if it does not within the limit. */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = now + limit.toNanos();
        while (!condition.getAsBoolean()) {
            Event next = events.poll();
            if (next == null || next.at() > end) {
                if (next != null) {
                    events.add(next);
                }
                now = end;
                return condition.getAsBoolean();
            }
            now = Math.max(now, next.at());
            next.task().run();
        }
        return true;
    }

    /** Hosts and ports at which someone listens. */
    public List<InetSocketAddress> listening() {
        return new ArrayList<>(listening.keySet());
    }
}
