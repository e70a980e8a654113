package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;

/** A loop and a worker alike; runs its tasks when the test says so, on the test's thread. */
final class ManualTasks implements EventLoop, Worker {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void run(Runnable task) {
        task.run();
    }

    @Override
    public boolean inEventLoop() {
        return true;
    }

    @Override
    public void close() {}

    /** Runs the next one; false if there is none. */
    boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
