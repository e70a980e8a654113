package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.thread.NodeThread;
import io.holdfast.core.runtime.Worker;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread and its queue. The thread begins with the first task, since many a worker never gets one. The queue has no
 * bound of its own: whoever submits counts what it has outstanding, as a log does with the forces it has asked for.
 */
final class NamedWorker implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(NamedWorker.class);

    private final Failures failures;
    private final Duration closeLimit;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    /** The thread sleeps, or is about to and looks once more. */
    private volatile boolean idle;

    private boolean begun; // guarded by this
    private boolean closed; // guarded by this
    private volatile boolean abandoned;

    NamedWorker(String purpose, Failures failures, Duration closeLimit) {
        this.failures = failures;
        this.closeLimit = closeLimit;
        this.thread = new NodeThread(failures.nodeId(), purpose, this::work);
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            LOG.debug("{} is closed; a task was dropped", thread.getName());
            return;
        }
        add(task);
    }

    /** Holding the lock on this. */
    private void add(Runnable task) {
        tasks.add(task);
        if (!begun) {
            begun = true;
            thread.start();
        } else if (idle) {
            LockSupport.unpark(thread);
        }
    }

    private Runnable take() {
        Runnable task = tasks.poll();
        while (task == null) {
            idle = true;
            if (tasks.isEmpty()) {
                LockSupport.park(this);
            }
            idle = false;
            if (Thread.interrupted()) {
                LOG.warn("{} was interrupted from outside; it goes on", thread.getName());
            }
            task = tasks.poll();
        }
        return task;
    }

    private void work() {
        while (true) {
            Runnable task = take();
            if (task instanceof End || abandoned) {
                return;
            }
            failures.run(task);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                if (begun) {
                    add(new End());
                }
            }
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        if (!ended()) {
            abandoned = true;
            LOG.warn(
                    "{} still runs a task {} after it was closed; it ends after that task, {} more are dropped",
                    thread.getName(),
                    closeLimit,
                    tasks.size());
        }
    }

    /** Waits in spite of interrupts: what is queued, such as the last force of a file, is not dropped for one. */
    private boolean ended() {
        long deadline = System.nanoTime() + closeLimit.toNanos();
        boolean interrupted = false;
        try {
            while (thread.isAlive()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, left);
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record End() implements Runnable {
        @Override
        public void run() {}
    }
}
