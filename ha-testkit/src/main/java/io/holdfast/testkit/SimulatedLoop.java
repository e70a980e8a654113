package io.holdfast.testkit;

import io.holdfast.core.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A node's loop. Tasks take no virtual time, but each begins a few microseconds after it was given, so that the loops
 * of several nodes interleave differently from seed to seed; the order within one loop is kept.
 */
final class SimulatedLoop implements EventLoop {
    private static final int MAX_START_NANOS = 20_000;

    private final SimulatedRuntime runtime;
    private final Scheduler scheduler;
    private long lastStartNanos;

    SimulatedLoop(SimulatedRuntime runtime) {
        this.runtime = runtime;
        this.scheduler = runtime.simulation().scheduler();
    }

    @Override
    public void execute(Runnable task) {
        if (runtime.isAlive()) {
            scheduler.schedule(EventKind.LOOP, runtime, nextStart(), task);
        }
    }

    private long nextStart() {
        int delay = runtime.simulation().streams().scheduling.nextInt(MAX_START_NANOS + 1);
        lastStartNanos = Math.max(lastStartNanos, scheduler.nowNanos() + delay);
        return lastStartNanos;
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        LoopTimer timer = new LoopTimer(runtime.clock().nanoTime() + Math.max(0, delayNanos), task);
        if (runtime.isAlive()) {
            timer.arm();
        }
        return timer;
    }

    @Override
    public void run(Runnable task) {
        if (!runtime.isAlive()) {
            throw new IllegalStateException(
                    "the loop of node " + runtime.node().id() + " is closed; it runs no task any more");
        }
        runtime.inContext(this, task);
    }

    @Override
    public boolean inEventLoop() {
        return runtime.isContext(this);
    }

    /** A timer by the host's clock: one that has been slowed meanwhile makes it wait on. */
    private final class LoopTimer implements Timer, Runnable {
        private final long deadlineNanos;
        private final Runnable task;
        private @Nullable ScheduledEvent event;

        LoopTimer(long deadlineNanos, Runnable task) {
            this.deadlineNanos = deadlineNanos;
            this.task = task;
        }

        void arm() {
            long left = Math.max(0, deadlineNanos - runtime.clock().nanoTime());
            event = scheduler.schedule(
                    EventKind.TIMER, runtime, runtime.node().hostClock().virtualAfter(left), this);
        }

        @Override
        public void run() {
            if (runtime.clock().nanoTime() < deadlineNanos) {
                arm();
            } else {
                event = null;
                task.run();
            }
        }

        @Override
        public void cancel() {
            ScheduledEvent armed = event;
            if (armed != null) {
                scheduler.cancel(armed);
                event = null;
            }
        }
    }
}
