package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/**
 * A worker of whose tasks it is known how long they take: all that the log's thread does is wait for the disk. Safe from any
 * thread.
 */
final class TimedWorker implements Worker {
    private final Worker worker;
    private final Clock clock;
    private final LongConsumer slow;
    private final Object lock = new Object();
    /** When each task that has not ended was handed over, oldest first; as many as the log has outstanding, which are few. */
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();

    private long endedNanos;

    /** @param slow hears how many nanoseconds a task took, if it took {@link SlowDisk#SLOW_NANOS} or more; on the worker */
    TimedWorker(Worker worker, Clock clock, LongConsumer slow) {
        this.worker = worker;
        this.clock = clock;
        this.slow = slow;
        this.endedNanos = clock.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        long now = clock.nanoTime();
        synchronized (lock) {
            waiting.add(now);
        }
        worker.execute(() -> {
            try {
                task.run();
            } finally {
                ended();
            }
        });
    }

    private void ended() {
        long now = clock.nanoTime();
        long took;
        synchronized (lock) {
            took = runningNanos(now);
            waiting.poll();
            endedNanos = now;
        }
        if (took >= SlowDisk.SLOW_NANOS) {
            slow.accept(took);
        }
    }

    /** How long the present task has been under way, from when it was handed over or the one before had ended; 0 if none is. */
    long runningNanos(long now) {
        synchronized (lock) {
            Long handedOver = waiting.peek();
            return handedOver == null ? 0 : Math.max(0, now - handedOver - Math.max(0, endedNanos - handedOver));
        }
    }

    @Override
    public void close() {
        worker.close();
    }
}
