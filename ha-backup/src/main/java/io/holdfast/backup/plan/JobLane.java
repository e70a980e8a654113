package io.holdfast.backup.plan;

import io.holdfast.core.runtime.Worker;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One thread for jobs, which can be told to end. Safe from any thread. */
final class JobLane implements AutoCloseable {
    private final Worker worker;
    private final CallWatch.Threads threads;
    private @Nullable Thread thread;
    private @Nullable JobWatch running;
    private @Nullable JobWatch hanging;

    JobLane(Worker worker, CallWatch.Threads threads) {
        this.worker = worker;
        this.threads = threads;
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
        threads.begin(watch);
        watch.begins();
    }

    private synchronized void end(JobWatch watch) {
        threads.end();
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
            hanging = running; // another one, if this has been waiting for it
        }
        cancel(watch);
    }

    /** True while one that was given up has not returned: whatever else is asked for would wait behind it. */
    synchronized boolean isHanging() {
        return hanging != null;
    }

    /** In a call of which layer's repository that is; empty if in none, or if none hangs. */
    synchronized Optional<String> hangsIn() {
        return Optional.ofNullable(hanging).map(JobWatch::call).map(JobWatch.Call::layer);
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
