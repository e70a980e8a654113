package io.holdfast.autoscale.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Time, loop and workers that a test moves by hand, on its own thread. What a task throws, the test gets. */
final class HandRuntime implements NodeRuntime, EventLoop, Clock {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<HandTimer> timers = new PriorityQueue<>(
            Comparator.comparingLong((HandTimer timer) -> timer.due).thenComparingLong(timer -> timer.number));
    private final Map<String, HandWorker> workers = new TreeMap<>();
    private long now;
    private long number;

    private static final class HandTimer implements Timer {
        private final long due;
        private final long number;
        private final Runnable task;
        private boolean cancelled;

        HandTimer(long due, long number, Runnable task) {
            this.due = due;
            this.number = number;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    /** A worker that a test may let hang. */
    static final class HandWorker implements Worker {
        final Deque<Runnable> tasks = new ArrayDeque<>();
        boolean hangs;
        private boolean closed;

        @Override
        public void execute(Runnable task) {
            if (!closed) {
                tasks.add(task);
            }
        }

        @Override
        public void close() {
            closed = true;
            tasks.clear();
        }
    }

    HandWorker worker(String name) {
        return workers.computeIfAbsent(name, any -> new HandWorker());
    }

    /** Until nobody has anything to do. */
    void run() {
        boolean ran = true;
        while (ran) {
            ran = runOne(tasks);
            for (HandWorker worker : workers.values()) {
                ran |= !worker.hangs && runOne(worker.tasks);
            }
        }
    }

    private static boolean runOne(Deque<Runnable> tasks) {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    void seconds(int seconds) {
        long until = now + TimeUnit.SECONDS.toNanos(seconds);
        run();
        HandTimer next = timers.peek();
        while (next != null && next.due <= until) {
            timers.remove(next);
            now = Math.max(now, next.due);
            if (!next.cancelled) {
                next.task.run();
            }
            run();
            next = timers.peek();
        }
        now = until;
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        HandTimer timer = new HandTimer(now + delayNanos, ++number, task);
        timers.add(timer);
        return timer;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void run(Runnable task) {
        task.run();
    }

    @Override
    public boolean inEventLoop() {
        return false;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public long wallMillis() {
        return 1_796_000_000_000L + TimeUnit.NANOSECONDS.toMillis(now);
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public EventLoop loop() {
        return this;
    }

    @Override
    public Worker newWorker(String name) {
        return worker(name);
    }

    @Override
    public Transport transport() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Resolver resolver() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Storage storage() {
        throw new UnsupportedOperationException();
    }

    @Override
    public RandomGenerator random() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {}

    @Override
    public void close() {}
}
