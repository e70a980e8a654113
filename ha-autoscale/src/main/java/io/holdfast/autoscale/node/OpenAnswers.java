package io.holdfast.autoscale.node;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.EventLoop;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Answers that are owed to somebody: each comes within its time, whatever hangs, and at the latest when this is closed. Safe from any
 * thread.
 */
final class OpenAnswers implements AutoCloseable {
    private final String node;
    private final EventLoop loop;
    private final Queue<CompletableFuture<?>> open = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    OpenAnswers(String node, EventLoop loop) {
        this.node = node;
        this.loop = loop;
    }

    /**
     * One more.
     *
     * @param late completes it, on the loop, if nobody else has after that time
     */
    <T> CompletableFuture<T> open(long withinNanos, Consumer<CompletableFuture<T>> late) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        EventLoop.Timer timer = loop.schedule(withinNanos, () -> late.accept(answer));
        open.add(answer);
        CompletionStage<?> unused = answer.whenComplete((value, failure) -> {
            open.removeIf(CompletableFuture::isDone);
            loop.execute(timer::cancel);
        });
        if (closed) { // perhaps since it was looked through
            answer.completeExceptionally(stopped());
        }
        return answer;
    }

    /** What they are told who come too late. */
    NotAvailableException stopped() {
        return new NotAvailableException(node + " stops, and with it its part in scaling; ask another node");
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(answer -> answer.completeExceptionally(stopped()));
    }
}
