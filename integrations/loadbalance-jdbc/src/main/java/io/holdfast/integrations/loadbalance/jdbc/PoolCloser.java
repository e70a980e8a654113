package io.holdfast.integrations.loadbalance.jdbc;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread on which pools are closed: that may take ten seconds and more, and neither who tells of a failover nor who gives a connection
 * back is to wait so long. It is there only while there is something to close, and is a daemon. Safe from any thread.
 */
final class PoolCloser {
    static final String THREAD = "holdfast-jdbc-closer";

    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, THREAD);
                thread.setDaemon(true);
                return thread;
            });

    PoolCloser() {
        executor.allowCoreThreadTimeOut(true);
    }

    /** Closes a pool there; once {@link #end} was called, on the caller's thread. */
    void close(Runnable pool) {
        try {
            executor.execute(pool);
        } catch (RejectedExecutionException e) {
            pool.run();
        }
    }

    /** What was given to it is still closed, and then the thread ends. Idempotent. */
    void end() {
        executor.shutdown();
    }
}
