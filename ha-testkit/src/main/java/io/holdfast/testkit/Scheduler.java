package io.holdfast.testkit;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: runs events one at a time, in the order of their times, and jumps over the time in between. Everything
 * that happens in a simulation is an event here, so their order is the whole run, and its hash tells two runs apart.
 */
final class Scheduler {
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
    private static final int MIN_PURGE = 1024;

    private final PriorityQueue<ScheduledEvent> queue = new PriorityQueue<>();
    private final Thread thread = Thread.currentThread();
    private long nowNanos;
    private long sequence;
    private long executed;
    private long hash;
    private int cancelled;

    Scheduler(long seed) {
        hash = seed;
    }

    long nowNanos() {
        return nowNanos;
    }

    long executed() {
        return executed;
    }

    long hash() {
        return hash;
    }

    /** Mixes something that happened into the trace hash. */
    void trace(long value) {
        long mixed = (hash ^ value) * MULTIPLIER;
        hash = mixed ^ (mixed >>> 29);
    }

    /**
     * Schedules an event, now at the earliest.
     *
     * @param owner whose event it is: it is dropped with that incarnation, and waits while its node is paused; null for
     *     what happens outside nodes
     */
    ScheduledEvent schedule(EventKind kind, @Nullable SimulatedRuntime owner, long atNanos, Runnable task) {
        checkThread();
        ScheduledEvent event = new ScheduledEvent(Math.max(atNanos, nowNanos), sequence++, kind, owner, task);
        queue.add(event);
        return event;
    }

    void cancel(ScheduledEvent event) {
        checkThread();
        if (!event.cancelled) {
            event.cancelled = true;
            cancelled++;
            if (cancelled > MIN_PURGE && cancelled > queue.size() / 2) {
                queue.removeIf(e -> e.cancelled);
                cancelled = 0;
            }
        }
    }

    private void checkThread() {
        if (!Thread.currentThread().equals(thread)) {
            throw new IllegalStateException(
                    "thread " + Thread.currentThread().getName() + " calls into a simulation of " + thread.getName()
                            + "; a simulation runs in the thread that made it, so that it can be replayed");
        }
    }

    /**
     * Runs the next event, if it is due by {@code limitNanos}.
     *
     * @return false if there was none
     */
    boolean step(long limitNanos) {
        checkThread();
        while (true) {
            ScheduledEvent event = queue.peek();
            if (event == null || event.atNanos() > limitNanos) {
                return false;
            }
            queue.remove();
            if (event.cancelled) {
                cancelled = Math.max(0, cancelled - 1);
                continue;
            }
            nowNanos = event.atNanos();
            if (run(event)) {
                return true;
            }
        }
    }

    private boolean run(ScheduledEvent event) {
        SimulatedRuntime owner = event.owner;
        if (owner == null) {
            count(event, 0);
            event.task.run();
            return true;
        }
        if (!owner.isAlive() || owner.node().holdIfPaused(event)) {
            return false;
        }
        count(event, owner.node().number());
        owner.run(event.kind, event.task);
        return true;
    }

    private void count(ScheduledEvent event, int node) {
        executed++;
        trace(event.atNanos());
        trace((long) event.kind.traceCode() << 32 | node);
    }

    /** Puts an event that was held back into the present, behind what is already there. */
    void resume(ScheduledEvent held) {
        if (!held.cancelled) {
            held.moveTo(nowNanos, sequence++);
            queue.add(held);
        }
    }

    /** Lets the time pass in which nothing happens. */
    void advanceTo(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }
}
