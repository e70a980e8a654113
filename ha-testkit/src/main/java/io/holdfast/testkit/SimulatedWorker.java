package io.holdfast.testkit;

import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A worker whose tasks take virtual time: each one happens as a whole at its end. What a crash in between leaves is
 * therefore what was before the task, which is one of the things that may really be left.
 */
final class SimulatedWorker implements Worker {
    private final SimulatedRuntime runtime;
    private final String name;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;

    SimulatedWorker(SimulatedRuntime runtime, String name) {
        this.runtime = runtime;
        this.name = name;
    }

    String name() {
        return name;
    }

    @Override
    public void execute(Runnable task) {
        if (closed || !runtime.isAlive()) {
            return;
        }
        tasks.add(task);
        if (!busy) {
            begin();
        }
    }

    private void begin() {
        busy = true;
        Scheduler scheduler = runtime.simulation().scheduler();
        long end = scheduler.nowNanos() + runtime.node().drawWorkerNanos(name);
        scheduler.schedule(EventKind.WORKER, runtime, end, this::end);
    }

    private void end() {
        long stalledUntil = runtime.node().storage().stalledUntilNanos();
        Scheduler scheduler = runtime.simulation().scheduler();
        if (stalledUntil > scheduler.nowNanos()) {
            scheduler.schedule(EventKind.WORKER, runtime, stalledUntil, this::end);
            return;
        }
        Runnable task = tasks.poll();
        if (task != null) {
            runtime.runSafely(this, task);
        }
        busy = false;
        if (!tasks.isEmpty() && runtime.isAlive()) {
            begin();
        }
    }

    /** The one thread cannot wait for virtual time, so what is queued happens now. */
    @Override
    public void close() {
        closed = true;
        if (runtime.isContext(this)) {
            return;
        }
        Runnable task;
        while (runtime.isAlive() && (task = tasks.poll()) != null) {
            runtime.runSafely(this, task);
        }
    }

    @Override
    public String toString() {
        return "worker " + name + " of node " + runtime.node().id();
    }
}
