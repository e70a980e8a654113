package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Worker;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread and its queue. The queue has no bound of its own: whoever submits counts what it has outstanding,
 * as a log does with the forces it has asked for.
 */
final class NamedWorker implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(NamedWorker.class);

    private final Failures failures;
    private final Duration closeLimit;
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private boolean closed; // guarded by this
    private volatile boolean abandoned;

    NamedWorker(String threadName, Failures failures, Duration closeLimit) {
        this.failures = failures;
        this.closeLimit = closeLimit;
        this.thread = new FastThreadLocalThread(this::work, threadName);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            LOG.debug("{} is closed; a task was dropped", thread.getName());
            return;
        }
        tasks.add(task);
    }

    private void work() {
        while (true) {
            Runnable task;
            try {
                task = tasks.take();
            } catch (InterruptedException notOurs) {
                LOG.warn("{} was interrupted from outside; it goes on", thread.getName());
                continue;
            }
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
                tasks.add(new End());
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
