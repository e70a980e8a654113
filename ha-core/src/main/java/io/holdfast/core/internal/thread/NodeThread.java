package io.holdfast.core.internal.thread;

import io.netty.util.concurrent.FastThreadLocalThread;
import org.slf4j.MDC;

/**
 * A thread of a node's own: a daemon named {@code holdfast-<node>-<purpose>}, and what is logged on it carries the node's id, by
 * which the lines of several nodes in one process are told apart.
 */
public final class NodeThread extends FastThreadLocalThread {
    /** On all of a node's own threads this key of SLF4J's diagnostic context has the node's id. */
    public static final String MDC_NODE = "holdfast.node";

    /** Makes one; it has to be started. */
    public NodeThread(String nodeId, String purpose, Runnable task) {
        super(
                () -> {
                    MDC.put(MDC_NODE, nodeId);
                    task.run();
                },
                "holdfast-" + nodeId + "-" + purpose);
        setDaemon(true);
    }
}
