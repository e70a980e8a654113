package io.holdfast.backup.plan;

import io.holdfast.core.runtime.Worker;
import org.jspecify.annotations.Nullable;

/** One thread for jobs, which can be told to end. Safe from any thread. */
final class JobLane implements AutoCloseable {
    private final Worker worker;
    private @Nullable Thread thread;
    private @Nullable JobWatch running;
    private @Nullable JobWatch hanging;

    JobLane(Worker worker) {
        this.worker = worker;
    }

    void run(JobWatch watch, Runnable job) {
        worker.execute(() -> {
            begin(watch);
            try {
                job.run();
            } finally {
                end(watch);
            }
        });
    }

    private synchronized void begin(JobWatch watch) {
        thread = Thread.currentThread();
        running = watch;
        watch.moved();
    }

    private synchronized void end(JobWatch watch) {
        thread = null;
        running = null;
        if (hanging == watch) {
            hanging = null;
        }
        if (watch.isCancelled()) {
            Thread.interrupted(); // meant for the job, and not for what this thread does next
        }
    }

    /** Ends a job soon, whether it runs or waits. */
    void cancel(JobWatch watch) {
        watch.cancel();
        synchronized (this) {
            if (running == watch && thread != null) {
                thread.interrupt();
            }
        }
    }

    /** The same for one that does nothing, which may not even end then. */
    void giveUp(JobWatch watch) {
        synchronized (this) {
            if (running == watch) {
                hanging = watch;
            }
        }
        cancel(watch);
    }

    /** True while one that was given up has not returned: whatever else is asked for would wait behind it. */
    synchronized boolean isHanging() {
        return hanging != null;
    }

    @Override
    public void close() {
        JobWatch last;
        synchronized (this) {
            last = running;
        }
        if (last != null) {
            cancel(last);
        }
        worker.close();
    }
}
