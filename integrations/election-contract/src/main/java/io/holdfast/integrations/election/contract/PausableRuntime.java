package io.holdfast.integrations.election.contract;

import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A runtime that can be made to stand still, as SIGSTOP makes a process: its loop, its workers before their next task, and every
 * thread that asks its clock, such as the watchdog's and whoever looks at a grant. The time goes on meanwhile.
 */
public final class PausableRuntime implements NodeRuntime {
    private final NodeRuntime real;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition goesOn = lock.newCondition();
    private boolean paused;

    /** Owns {@code real}, which does the work. */
    public PausableRuntime(NodeRuntime real) {
        this.real = real;
        this.clock = new Clock() {
            @Override
            public long nanoTime() {
                pass();
                return real.clock().nanoTime();
            }

            @Override
            public long wallMillis() {
                pass();
                return real.clock().wallMillis();
            }
        };
    }

    /** One that does what a node's own would. */
    public static PausableRuntime create(String nodeId) {
        return new PausableRuntime(RealRuntime.create(nodeId, TransportConfig.defaults()));
    }

    /** Stands still from now on. */
    public void pause() {
        set(true);
        real.loop().execute(this::pass);
    }

    /** Goes on. */
    public void resume() {
        set(false);
    }

    private void set(boolean now) {
        lock.lock();
        try {
            paused = now;
            goesOn.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** An interruption is seen by whoever has passed, and not before. */
    private void pass() {
        lock.lock();
        try {
            while (paused) {
                goesOn.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public EventLoop loop() {
        return real.loop();
    }

    @Override
    public Worker newWorker(String name) {
        Worker worker = real.newWorker(name);
        return new Worker() {
            @Override
            public void execute(Runnable task) {
                worker.execute(() -> {
                    pass();
                    task.run();
                });
            }

            @Override
            public void close() {
                worker.close();
            }
        };
    }

    @Override
    public Transport transport() {
        return real.transport();
    }

    @Override
    public Datagrams datagrams() {
        return real.datagrams();
    }

    @Override
    public Resolver resolver() {
        return real.resolver();
    }

    @Override
    public Storage storage() {
        return real.storage();
    }

    @Override
    public RandomGenerator random() {
        return real.random();
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        real.onFailure(handler);
    }

    @Override
    public void close() {
        resume();
        real.close();
    }
}
