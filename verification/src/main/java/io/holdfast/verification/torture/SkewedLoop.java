package io.holdfast.verification.torture;

import io.holdfast.core.runtime.EventLoop;

/** A loop whose timers go by a {@link SkewedClock}: never early by it, also when its rate changes meanwhile. */
final class SkewedLoop implements EventLoop {
    private final EventLoop real;
    private final SkewedClock clock;

    SkewedLoop(EventLoop real, SkewedClock clock) {
        this.real = real;
        this.clock = clock;
    }

    @Override
    public void execute(Runnable task) {
        real.execute(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Timing timing = new Timing(clock.nanoTime() + Math.max(0, delayNanos), task);
        timing.arm();
        return timing;
    }

    @Override
    public void run(Runnable task) {
        real.run(task);
    }

    @Override
    public boolean inEventLoop() {
        return real.inEventLoop();
    }

    private final class Timing implements Timer {
        private final long dueNanos;
        private final Runnable task;
        private volatile Timer armed = () -> {};
        private volatile boolean cancelled;

        Timing(long dueNanos, Runnable task) {
            this.dueNanos = dueNanos;
            this.task = task;
        }

        void arm() {
            long left = Math.max(0, dueNanos - clock.nanoTime());
            armed = real.schedule(clock.toReal(left), this::fire);
        }

        private void fire() {
            if (cancelled) {
                return;
            }
            if (dueNanos - clock.nanoTime() > 0) {
                arm();
            } else {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            armed.cancel();
        }
    }
}
