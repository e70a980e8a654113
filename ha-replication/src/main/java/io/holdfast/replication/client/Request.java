package io.holdfast.replication.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for, and the future that tells it what came of it; one object, since there is one for each write. A
 * caller that blocks waits for the same future, which is then completed at once, on whichever thread knows; one that was
 * given away is completed on the callbacks' executor and never on the loop.
 */
abstract class Request extends CompletableFuture<byte[]> {
    private final long deadlineNanos;
    private final int permitBytes;
    private final boolean blocking;
    /** The answer or the problem, on its way to the executor. */
    private @Nullable Object word;
    /** The inbox's, then that of {@link Completions}. */
    @Nullable
    Request next;

    /**
     * Asks for nothing yet.
     *
     * @param blocking true if the caller will {@link #await} it, and nobody else knows of it
     */
    Request(long deadlineNanos, int permitBytes, boolean blocking) {
        this.deadlineNanos = deadlineNanos;
        this.permitBytes = permitBytes;
        this.blocking = blocking;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }

    /** What it counts for, of the bytes that may be in flight. */
    final int permitBytes() {
        return permitBytes;
    }

    /**
     * Gives the answer. The first word counts.
     *
     * @param via belongs to the thread that calls this
     */
    final void answer(byte[] answer, Completions via) {
        if (blocking) {
            complete(answer);
        } else {
            word = answer;
            via.add(this);
        }
    }

    /** Says why there is none. */
    final void fail(RuntimeException problem, Completions via) {
        if (blocking) {
            completeExceptionally(problem);
        } else {
            word = problem;
            via.add(this);
        }
    }

    /** As {@link #fail}, on this thread: after the stop, when there may be no executor left. */
    final void failHere(RuntimeException problem) {
        completeExceptionally(problem);
    }

    /** Says, on this thread, what was given to {@link Completions}. */
    final void deliver() {
        Object said = word;
        word = null;
        if (said instanceof byte[] answer) {
            complete(answer);
        } else {
            completeExceptionally((RuntimeException) said);
        }
    }

    /**
     * Waits for it. The loop keeps the deadline; {@code limitNanos} is a second line of defence, so that no caller waits
     * for ever on a loop that died. An interrupt ends the wait, not the request, and stays set.
     */
    final byte[] await(long limitNanos, Function<String, RuntimeException> unanswered) {
        try {
            return get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unanswered.apply("the node did not answer; it has stopped or stands still");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered.apply("the calling thread was interrupted while it waited");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                // Made on the loop; the caller wants to see where it called from.
                problem.addSuppressed(new Throwable("called here"));
                throw problem;
            }
            throw new IllegalStateException("requests fail with runtime exceptions only", e);
        }
    }
}
