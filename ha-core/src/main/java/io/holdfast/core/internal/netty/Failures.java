package io.holdfast.core.internal.netty;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge of every thread of a node: what a task throws goes to the node's handler, and the thread lives on, so that
 * the handler can have things closed in order. Safe from any thread.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final String nodeId;
    private final AtomicReference<@Nullable Consumer<Throwable>> handler = new AtomicReference<>();

    Failures(String nodeId) {
        this.nodeId = nodeId;
    }

    String nodeId() {
        return nodeId;
    }

    void handler(Consumer<Throwable> newHandler) {
        if (!handler.compareAndSet(null, newHandler)) {
            throw new IllegalStateException("node " + nodeId + " already has a failure handler; it is set once");
        }
    }

    /**
     * Runs a task and reports what it throws. An interrupt that it leaves behind is cleared: on a thread of ours it
     * would close the next file that the thread touches.
     */
    void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            report(failure);
        } finally {
            if (Thread.interrupted()) {
                LOG.warn("node {}: a task left its thread interrupted; cleared", nodeId);
            }
        }
    }

    void report(Throwable failure) {
        Consumer<Throwable> current = handler.get();
        if (current == null) {
            LOG.error("node {}: a task failed, and no failure handler is set", nodeId, failure);
            return;
        }
        try {
            current.accept(failure);
        } catch (Throwable second) {
            second.addSuppressed(failure);
            LOG.error("node {}: the failure handler failed; the failure it was told of is suppressed", nodeId, second);
        }
    }
}
