package io.holdfast.testkit;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One process: everything that it started ends with it. */
final class SimulatedRuntime implements NodeRuntime {
    private final SimulatedNode node;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Loop loop = new Loop();
    private final SimulatedTransport transport;
    private final Storage storage;
    private Consumer<Throwable> onFailure = cause -> {};
    private boolean closed;

    SimulatedRuntime(SimulatedNode node) {
        this.node = node;
        this.simulation = node.simulation();
        this.random = node.random().split();
        this.transport = new SimulatedTransport(this, simulation.network());
        this.storage = node.disk().storageFor(this);
    }

    SimulatedNode node() {
        return node;
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs a task of this process; what it throws is the process's failure. */
    void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            simulation.failed(node.name(), e);
            onFailure.accept(e);
        }
    }

    void schedule(long delayNanos, Runnable task) {
        simulation.schedule(delayNanos, this, task);
    }

    /** Ends the process as it is. */
    void vanish(boolean peersAreTold) {
        closed = true;
        transport.vanish(peersAreTold);
    }

    @Override
    public Clock clock() {
        return node.clock();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Worker newWorker(String name) {
        return new SimulatedWorker();
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public Resolver resolver() {
        return (address, callback) ->
                schedule(random.nextLong(200_000), () -> simulation.network().resolve(address, callback));
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
    public void onFailure(Consumer<Throwable> handler) {
        onFailure = handler;
    }

    @Override
    public void close() {
        if (!closed) {
            vanish(true);
        }
    }

    /** The loop: its tasks in order, each after a moment that varies, so that processes interleave differently. */
    private final class Loop implements EventLoop {
        private long lastNanos;

        @Override
        public void execute(Runnable task) {
            long at = Math.max(lastNanos, simulation.nowNanos() + random.nextLong(20_000));
            lastNanos = at;
            schedule(at - simulation.nowNanos(), task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            boolean[] cancelled = new boolean[1];
            SimulatedRuntime.this.schedule(node.clock().virtualNanos(Math.max(0, delayNanos)), () -> {
                if (!cancelled[0]) {
                    task.run();
                }
            });
            return () -> cancelled[0] = true;
        }

        @Override
        public void run(Runnable task) {
            if (closed) {
                throw new IllegalStateException(node.name() + "'s loop is closed");
            }
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }
    }

    /** A thread of its own: one task at a time, each done at the end of a span that varies. */
    private final class SimulatedWorker implements Worker {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private @Nullable Runnable current;
        private boolean ended;

        @Override
        public void execute(Runnable task) {
            if (ended || closed) {
                return;
            }
            tasks.add(task);
            next();
        }

        private void next() {
            if (current == null && !tasks.isEmpty()) {
                Runnable task = tasks.remove();
                current = task;
                schedule(node.workNanos(), () -> {
                    if (task.equals(current)) {
                        try {
                            task.run();
                        } finally {
                            current = null;
                            next();
                        }
                    }
                });
            }
        }

        @Override
        public void close() {
            if (ended) {
                return;
            }
            ended = true;
            // What was begun and queued is finished before the caller goes on: in one thread, that means now.
            Runnable begun = current;
            current = null;
            if (begun != null) {
                begun.run();
            }
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }
}
