package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Netty event loop as the node's loop. Netty serves the sockets that are ready first, then the tasks. */
final class NettyEventLoop implements EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(NettyEventLoop.class);
    private static final long RUN_LIMIT_SECONDS = 30;

    private final String nodeId;
    private final io.netty.channel.EventLoop netty;
    private final Failures failures;

    NettyEventLoop(String nodeId, io.netty.channel.EventLoop netty, Failures failures) {
        this.nodeId = nodeId;
        this.netty = netty;
        this.failures = failures;
    }

    io.netty.channel.EventLoop netty() {
        return netty;
    }

    @Override
    public void execute(Runnable task) {
        try {
            netty.execute(() -> failures.run(task));
        } catch (RejectedExecutionException closed) {
            LOG.debug("node {}: the loop is closed; a task was dropped", nodeId, closed);
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        try {
            ScheduledFuture<?> scheduled =
                    netty.schedule(() -> failures.run(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException closed) {
            LOG.debug("node {}: the loop is closed; a timer was dropped", nodeId, closed);
            return () -> {};
        }
    }

    @Override
    public void run(Runnable task) {
        if (netty.inEventLoop()) {
            task.run();
            return;
        }
        FutureTask<@Nullable Void> call = new FutureTask<>(task, null);
        try {
            netty.execute(call);
            call.get(RUN_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException closed) {
            throw new IllegalStateException("the loop of node " + nodeId + " is closed", closed);
        } catch (TimeoutException late) {
            call.cancel(false);
            throw new IllegalStateException(
                    "the loop of node " + nodeId + " did not finish a task within " + RUN_LIMIT_SECONDS
                            + " s; a thread dump shows what it is doing",
                    late);
        } catch (InterruptedException interrupted) {
            call.cancel(false);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the loop of node " + nodeId, interrupted);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException runtime) {
                throw runtime;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("a task on the loop of node " + nodeId + " failed", failed);
        }
    }

    @Override
    public boolean inEventLoop() {
        return netty.inEventLoop();
    }
}
