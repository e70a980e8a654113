package io.holdfast.core.runtime;

import java.util.concurrent.Executor;

/**
 * The node's single thread. Tasks run one at a time, in the order in which one thread submitted them; a task that
 * throws stops the node (see {@link NodeRuntime#onFailure}).
 */
public interface EventLoop extends Executor {

    /**
     * Runs {@code task} on the loop, after what is already queued and after the socket events at hand. Safe from any
     * thread. On a closed loop the task is dropped: whoever waits for its result must bound the wait.
     */
    @Override
    void execute(Runnable task);

    /**
     * Runs {@code task} once, no earlier than {@code delayNanos} from now. Safe from any thread.
     *
     * @param delayNanos nanoseconds; zero or less means as soon as possible
     */
    Timer schedule(long delayNanos, Runnable task);

    /**
     * Runs {@code task} on the loop and returns when it has run, or throws what it threw. On the loop itself it runs at
     * once. Never called from a callback of a worker.
     *
     * @throws IllegalStateException if the loop is closed, or does not get to it within 30 seconds
     */
    void run(Runnable task);

    /** True on the loop's own thread. */
    boolean inEventLoop();

    /** A scheduled task. */
    interface Timer {
        /** Prevents the task from running, if it has not begun. Idempotent. Called on the loop. */
        void cancel();
    }
}
