package io.holdfast.replication.client;

import io.holdfast.core.runtime.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a request: a thread that waits, which the loop unparks, or a future, which is completed on the
 * callbacks' executor and never on the loop.
 */
abstract class Call {

    abstract void complete(byte[] answer);

    abstract void fail(RuntimeException problem);

    /** As {@link #fail}, on this thread: after the stop, when there may be no executor left. */
    abstract void failHere(RuntimeException problem);

    /** A call whose thread waits in {@link #await}. */
    static final class Blocking extends Call {
        private final Thread caller = Thread.currentThread();
        private volatile byte @Nullable [] answer;
        private volatile @Nullable RuntimeException problem;

        @Override
        void complete(byte[] bytes) {
            answer = bytes;
            LockSupport.unpark(caller);
        }

        @Override
        void fail(RuntimeException reason) {
            problem = reason;
            LockSupport.unpark(caller);
        }

        @Override
        void failHere(RuntimeException reason) {
            fail(reason);
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

    /** A call with a future. */
    static final class Async extends Call {
        private final CompletableFuture<byte[]> future = new CompletableFuture<>();
        private final Executor callbacks;

        Async(Executor callbacks) {
            this.callbacks = callbacks;
        }

        CompletableFuture<byte[]> future() {
            return future;
        }

        @Override
        void complete(byte[] answer) {
            callbacks.execute(() -> future.complete(answer));
        }

        @Override
        void failHere(RuntimeException problem) {
            future.completeExceptionally(problem);
        }

        @Override
        void fail(RuntimeException problem) {
            callbacks.execute(() -> future.completeExceptionally(problem));
        }
    }
}
