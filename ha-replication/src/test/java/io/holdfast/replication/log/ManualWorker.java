package io.holdfast.replication.log;

import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.Deque;

/** Runs its tasks when the test says so, on the test's thread. */
final class ManualWorker implements Worker {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public void close() {
        tasks.clear();
    }
}
