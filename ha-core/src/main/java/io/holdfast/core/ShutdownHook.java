package io.holdfast.core;

import io.holdfast.core.internal.thread.NodeThread;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the JVM stop a node when it is told to end. It is there for as long as the node is: the JVM keeps what its hooks refer to,
 * and an application that is taken out of a container must not stay behind in one.
 */
final class ShutdownHook {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownHook.class);

    private final Thread thread;

    private ShutdownHook(Thread thread) {
        this.thread = thread;
    }

    /**
     * Adds it.
     *
     * @param stop returns when the JVM may end
     * @return null if the JVM ends already
     */
    static @Nullable ShutdownHook install(String what, String nodeId, Runnable stop) {
        ShutdownHook hook = new ShutdownHook(new NodeThread(nodeId, "shutdown", stop));
        try {
            Runtime.getRuntime().addShutdownHook(hook.thread);
            return hook;
        } catch (IllegalStateException e) {
            LOG.warn("{} starts while the process ends already; nothing stops it in good order", what);
            return null;
        }
    }

    /** What the JVM starts when it ends. */
    Thread thread() {
        return thread;
    }

    /** Takes it away, if it was there; while the JVM ends it cannot be, and does no harm. */
    boolean remove() {
        try {
            return Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
