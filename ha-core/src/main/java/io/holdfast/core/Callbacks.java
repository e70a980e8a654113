package io.holdfast.core;

import io.holdfast.core.runtime.Worker;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs users' callbacks on the user's executor, or on a thread of the node's own; there, too, whatever the user's
 * executor refuses, or a future would never complete. An exception out of a callback is logged and harms nothing else.
 */
final class Callbacks implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final String nodeId;
    private final @Nullable Executor users;
    private final Worker worker;
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

    Callbacks(String nodeId, @Nullable Executor users, Worker worker) {
        this.nodeId = nodeId;
        this.users = users;
        this.worker = worker;
    }

    /** True if the user gave no executor. */
    boolean isOwnThread() {
        return users == null;
    }

    @Override
    public void execute(Runnable callback) {
        Runnable guarded = () -> run(callback);
        if (users == null) {
            worker.execute(guarded);
            return;
        }
        try {
            users.execute(guarded);
        } catch (RejectedExecutionException e) {
            LOG.warn(
                    "the executor given to node {} refused a callback, which now runs on a thread of the node's own: {}",
                    nodeId,
                    e.toString());
            worker.execute(guarded);
        }
    }

    private void run(Runnable callback) {
        inside.set(true);
        try {
            callback.run();
        } catch (RuntimeException e) {
            LOG.error("a callback of node {} threw; the node goes on", nodeId, e);
        } finally {
            inside.remove();
        }
    }

    /** True on a thread that is running a callback: it must not wait for the node to stop, which waits for it. */
    boolean isInside() {
        return inside.get();
    }
}
