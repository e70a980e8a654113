package io.holdfast.testkit;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One incarnation of a node: a process. When it ends, by its own will or not, all its events vanish with it. */
final class SimulatedRuntime implements NodeRuntime {
    private final SimulatedNode node;
    private final SplittableRandom random;
    private final SimulatedLoop loop;
    private final NodeTransport transport;
    private final NodeDatagrams datagrams;
    private final NodeResolver resolver;
    private final NodeStorage storage;
    private final ByteBufAllocator allocator = new HeapAllocator();
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Object callbackContext = new Object();
    private @Nullable Consumer<Throwable> failureHandler;
    private @Nullable Object context;
    private boolean alive = true;
    private boolean vanished;
    private boolean closing;
    private long lastCallbackNanos;

    SimulatedRuntime(SimulatedNode node, int incarnation) {
        this.node = node;
        this.random = simulation().streams().named("node " + node.id() + " incarnation " + incarnation);
        this.loop = new SimulatedLoop(this);
        this.transport = new NodeTransport(this);
        this.datagrams = new NodeDatagrams(this);
        this.resolver = new NodeResolver(this);
        this.storage = new NodeStorage(this, node.storage());
    }

    SimulatedNode node() {
        return node;
    }

    Simulation simulation() {
        return node.simulation();
    }

    boolean isAlive() {
        return alive;
    }

    /** The names of the workers made so far, without repetition, in the order in which they were made. */
    List<String> workerNames() {
        return workers.stream().map(SimulatedWorker::name).distinct().toList();
    }

    NodeTransport nodeTransport() {
        return transport;
    }

    NodeDatagrams nodeDatagrams() {
        return datagrams;
    }

    /** Runs an event of this incarnation. */
    void run(EventKind kind, Runnable task) {
        switch (kind) {
            case WORKER -> task.run(); // the worker says itself what its context is
            case CALLBACK -> runSafely(callbackContext, task);
            default -> runSafely(loop, task);
        }
    }

    /** Runs {@code task}; what it throws is the node's failure. */
    void runSafely(Object where, Runnable task) {
        try {
            inContext(where, task);
        } catch (Throwable failure) { // the loop's edge: the node decides what becomes of it
            inContext(where, () -> failed(failure));
        }
    }

    void inContext(Object where, Runnable task) {
        Object before = context;
        context = where;
        try {
            task.run();
        } finally {
            context = before;
        }
    }

    boolean isContext(Object where) {
        return where.equals(context);
    }

    void failed(Throwable cause) {
        if (vanished) {
            return; // it was killed in the midst of what failed, and nobody is left to fail
        }
        simulation().failed(node, cause);
        Consumer<Throwable> handler = failureHandler;
        if (handler != null && alive) {
            handler.accept(cause);
        }
    }

    void executeCallback(Runnable task, long longestNanos) {
        if (alive) {
            long delay = simulation().streams().scheduling.nextLong(longestNanos + 1);
            lastCallbackNanos = Math.max(lastCallbackNanos, simulation().nowNanos() + delay);
            simulation().scheduler().schedule(EventKind.CALLBACK, this, lastCallbackNanos, task);
        }
    }

    @Override
    public Clock clock() {
        return node.hostClock();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Worker newWorker(String name) {
        if (closing || !alive) {
            throw new IllegalStateException("node " + node.id() + " is closed; it makes no more workers");
        }
        SimulatedWorker worker = new SimulatedWorker(this, name);
        workers.add(worker);
        return worker;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public Datagrams datagrams() {
        return datagrams;
    }

    @Override
    public Resolver resolver() {
        return resolver;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        this.failureHandler = handler;
    }

    /** As a process ends in good order: its connections close, its workers finish, at this very instant. */
    @Override
    public void close() {
        if (closing || !alive) {
            return;
        }
        closing = true;
        datagrams.closeAll();
        runSafely(loop, transport::closeAll);
        workers.forEach(SimulatedWorker::close);
        if (alive) { // else it was killed by what it did last
            alive = false;
            node.storage().processEnded();
            node.ended(this);
        }
    }

    /**
     * The process is gone, without a word.
     *
     * @param hostStands whether the system is still there to close its sockets
     */
    void vanish(boolean hostStands) {
        vanished = true;
        alive = false;
        datagrams.closeAll();
        transport.vanish(hostStands);
    }
}
