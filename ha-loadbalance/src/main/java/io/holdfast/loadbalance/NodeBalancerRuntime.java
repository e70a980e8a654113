package io.holdfast.loadbalance;

import io.holdfast.core.runtime.NodeRuntime;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** A node's time and chance; the loop keeps the times, a worker does the work. */
final class NodeBalancerRuntime implements BalancerRuntime {
    private final NodeRuntime runtime;
    private final Executor worker;
    private final Executor users;

    NodeBalancerRuntime(NodeRuntime runtime, Executor worker, Executor users) {
        this.runtime = runtime;
        this.worker = worker;
        this.users = users;
    }

    @Override
    public long nanoTime() {
        return runtime.clock().nanoTime();
    }

    @Override
    public RandomGenerator seed() {
        return runtime.random();
    }

    @Override
    public void execute(Runnable task) {
        worker.execute(task);
    }

    @Override
    public Executor users() {
        return users;
    }

    @Override
    public void after(long nanos, Runnable task) {
        runtime.loop().schedule(nanos, () -> worker.execute(task));
    }

    @Override
    public Repeating every(long nanos, Runnable task) {
        Ticking ticking = new Ticking(nanos, task);
        ticking.next();
        return ticking;
    }

    /** The next one is set when one has run: a slow worker is not given more than it can do. */
    private final class Ticking implements Repeating, Runnable {
        private final long nanos;
        private final Runnable task;
        private volatile boolean cancelled;

        Ticking(long nanos, Runnable task) {
            this.nanos = nanos;
            this.task = task;
        }

        void next() {
            if (!cancelled) {
                runtime.loop().schedule(nanos, () -> worker.execute(this));
            }
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
                next();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
