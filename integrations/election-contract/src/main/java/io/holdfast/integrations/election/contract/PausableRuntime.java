package io.holdfast.integrations.election.contract;

import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.testkit.DelegatingRuntime;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A runtime that can be made to stand still, as SIGSTOP makes a process: its loop, its workers before their next task, and every
 * thread that asks its clock, such as the watchdog's and whoever looks at a grant. The time goes on meanwhile.
 */
public final class PausableRuntime extends DelegatingRuntime {
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition goesOn = lock.newCondition();
    private boolean paused;

    /** Owns {@code real}, which does the work. */
    public PausableRuntime(NodeRuntime real) {
        super(real);
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
        loop().execute(this::pass);
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
    public Worker newWorker(String name) {
        Worker worker = super.newWorker(name);
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
    public void close() {
        resume();
        super.close();
    }
}
