package io.holdfast.core.runtime;

import java.util.concurrent.Executor;

/**
 * A thread of its own for work that blocks. Tasks run one at a time in the order of submission; a task that throws
 * stops the node (see {@link NodeRuntime#onFailure}). Safe from any thread.
 */
public interface Worker extends Executor, AutoCloseable {

    /** Queues a task. On a closed worker the task is dropped. */
    @Override
    void execute(Runnable task);

    /**
     * Lets the tasks already queued finish, for at most some seconds, and ends the thread. Idempotent. Does not
     * interrupt a task: an interrupt would close the files it uses. Called from another thread than the worker's, it
     * waits; from the worker's own it only marks the end.
     */
    @Override
    void close();
}
