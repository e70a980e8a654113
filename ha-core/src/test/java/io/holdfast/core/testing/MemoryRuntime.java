package io.holdfast.core.testing;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A node's runtime in a {@link MemoryWorld}. Its loop is the test's own thread. */
public final class MemoryRuntime implements NodeRuntime, EventLoop, Transport, Clock {
    private static final long UNREACHABLE_NANOS = 2_000_000_000L;

    final MemoryWorld world;
    private final String host;
    private final RandomGenerator random;
    private final Set<MemoryConnection> connections = new LinkedHashSet<>();
    private final List<String> openWorkers = new ArrayList<>();
    private final List<Long> dialTimes = new ArrayList<>();
    private Consumer<Throwable> onFailure = e -> {
        throw new IllegalStateException("a task failed", e);
    };
    private boolean refuseToListen;
    private boolean closed;
    private int nextPort = 40_000;
    private int flushes;
    private int executed;

    MemoryRuntime(MemoryWorld world, String host) {
        this.world = world;
        this.host = host;
        this.random = new SplittableRandom(host.hashCode());
    }

    /** Makes {@link #listen} fail. */
    public void refuseToListen() {
        refuseToListen = true;
    }

    /** When it dialled, in nanoseconds. */
    public List<Long> dialTimes() {
        return dialTimes;
    }

    /** How often any connection was flushed. */
    public int flushes() {
        return flushes;
    }

    /** How many tasks were given to the loop. */
    public int executed() {
        return executed;
    }

    /** Connections, workers and listeners that are open. */
    public List<String> leftBehind() {
        List<String> left = new ArrayList<>(openWorkers);
        connections.forEach(c -> left.add("connection to " + c.remote()));
        world.listening.forEach((address, who) -> {
            if (who.runtime() == this) {
                left.add("listener at " + address);
            }
        });
        if (!closed) {
            left.add("the loop");
        }
        return left;
    }

    /** Ends every connection as if the network had. */
    public void cutConnections() {
        List.copyOf(connections).forEach(c -> c.end(CloseReason.REMOTE, "cut", CloseReason.REMOTE));
    }

    void guarded(Runnable task) {
        if (closed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    Timer later(long nanos, Runnable task) {
        return world.schedule(nanos, () -> guarded(task));
    }

    void flushed() {
        flushes++;
    }

    void connected(MemoryConnection connection) {
        connections.add(connection);
    }

    void disconnected(MemoryConnection connection) {
        connections.remove(connection);
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public long nanoTime() {
        return world.now();
    }

    @Override
    public long wallMillis() {
        return world.now() / 1_000_000;
    }

    @Override
    public EventLoop loop() {
        return this;
    }

    @Override
    public void execute(Runnable task) {
        executed++;
        later(0, task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        return later(delayNanos, task);
    }

    @Override
    public void run(Runnable task) {
        if (closed) {
            throw new IllegalStateException("the loop is closed");
        }
        task.run();
    }

    @Override
    public boolean inEventLoop() {
        return true;
    }

    @Override
    public Worker newWorker(String name) {
        openWorkers.add("worker " + name);
        return new Worker() {
            @Override
            public void execute(Runnable task) {
                later(0, task);
            }

            @Override
            public void close() {
                openWorkers.remove("worker " + name);
            }
        };
    }

    @Override
    public Transport transport() {
        return this;
    }

    @Override
    public Listener listen(Address bind, Acceptor acceptor) throws IOException {
        InetSocketAddress address = world.address(host, bind.port() == 0 ? nextPort++ : bind.port());
        if (refuseToListen || world.listening.containsKey(address)) {
            throw new IOException("cannot bind " + bind + ": address already in use");
        }
        world.listening.put(address, new MemoryWorld.Listening(this, acceptor));
        return new Listener() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() {
                world.listening.remove(address);
            }
        };
    }

    @Override
    public void connect(InetSocketAddress target, ConnectionHandler handler) {
        dialTimes.add(world.now());
        if (world.unreachable.contains(target)) {
            later(UNREACHABLE_NANOS, () -> handler.closed(CloseReason.UNREACHABLE, "timed out"));
            return;
        }
        MemoryWorld.Listening there = world.listening.get(target);
        if (there == null) {
            later(0, () -> handler.closed(CloseReason.REFUSED, "Connection refused"));
            return;
        }
        InetSocketAddress self = world.address(host, nextPort++);
        MemoryConnection near = new MemoryConnection(this, target, handler);
        MemoryConnection far =
                new MemoryConnection(there.runtime(), self, there.acceptor().accept(self));
        near.pairWith(far);
        far.pairWith(near);
        far.open();
        near.open();
    }

    @Override
    public int maxFrameBytes() {
        return 1 << 20;
    }

    @Override
    public Resolver resolver() {
        return (address, callback) -> {
            List<InetSocketAddress> found = world.resolve(address.host(), address.port());
            later(world.lookUpNanos(), () -> callback.resolved(found, found.isEmpty() ? "no such host" : ""));
        };
    }

    @Override
    public Storage storage() {
        throw new UnsupportedOperationException("there are no files in a MemoryWorld");
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        onFailure = handler;
    }

    @Override
    public void close() {
        List.copyOf(connections).forEach(c -> c.end(CloseReason.LOCAL, "closed", CloseReason.REMOTE));
        world.listening.values().removeIf(l -> l.runtime() == this);
        connections.clear();
        openWorkers.clear();
        closed = true;
    }
}
