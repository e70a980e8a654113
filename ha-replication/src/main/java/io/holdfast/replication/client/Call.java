package io.holdfast.replication.client;

import io.holdfast.core.runtime.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The caller's end of a request: a thread that waits, or a future. The first word counts. */
interface Call {

    /**
     * Gives the answer.
     *
     * @param via completes futures; belongs to the thread that calls this
     */
    void answer(byte[] answer, Completions via);

    /** Says why there is none. */
    void fail(RuntimeException problem, Completions via);

    /** As {@link #fail}, on this thread: after the stop, when there may be no executor left. */
    void failHere(RuntimeException problem);

    /** A call whose thread waits in {@link #await}. */
    final class Blocking implements Call {
        private final Thread caller = Thread.currentThread();
        private volatile byte @Nullable [] answer;
        private volatile @Nullable RuntimeException problem;

        @Override
        public void answer(byte[] bytes, Completions via) {
            answer = bytes;
            LockSupport.unpark(caller);
        }

        @Override
        public void fail(RuntimeException reason, Completions via) {
            failHere(reason);
        }

        @Override
        public void failHere(RuntimeException reason) {
            problem = reason;
            LockSupport.unpark(caller);
        }

        /**
         * Waits for the loop's word. The loop keeps the deadline; {@code limitNanos} is a second line of defence, so that
         * no caller waits for ever on a loop that died. An interrupt ends the wait, not the request, and stays set.
         */
        byte[] await(Clock clock, long limitNanos, Function<String, RuntimeException> unanswered) {
            long end = clock.nanoTime() + limitNanos;
            while (true) {
                byte[] bytes = answer;
                if (bytes != null) {
                    return bytes;
                }
                RuntimeException reason = problem;
                if (reason != null) {
                    // Made on the loop; the caller wants to see where it called from.
                    reason.addSuppressed(new Throwable("called here"));
                    throw reason;
                }
                long left = end - clock.nanoTime();
                if (left <= 0) {
                    throw unanswered.apply("the node did not answer; it has stopped or stands still");
                }
                if (caller.isInterrupted()) {
                    throw unanswered.apply("the calling thread was interrupted while it waited");
                }
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /** A call with a future, which is completed on the callbacks' executor and never on the loop. */
    final class Future extends CompletableFuture<byte[]> implements Call {
        /** The answer or the problem, between the loop and the executor. */
        private @Nullable Object word;
        /** The next one to be completed. */
        @Nullable
        Future next;

        @Override
        public void answer(byte[] answer, Completions via) {
            word = answer;
            via.add(this);
        }

        @Override
        public void fail(RuntimeException problem, Completions via) {
            word = problem;
            via.add(this);
        }

        @Override
        public void failHere(RuntimeException problem) {
            completeExceptionally(problem);
        }

        /** Completes it, on this thread. */
        void deliver() {
            Object said = word;
            word = null;
            if (said instanceof byte[] answer) {
                complete(answer);
            } else {
                completeExceptionally((RuntimeException) said);
            }
        }
    }
}
