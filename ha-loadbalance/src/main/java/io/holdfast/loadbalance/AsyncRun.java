package io.holdfast.loadbalance;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Drives a {@link CallRun} without blocking. */
final class AsyncRun<T extends @Nullable Object> {
    private final CallKernel kernel;
    private final BalancerRuntime runtime;
    private final CallRun run;
    private final LoadBalancer.AsyncCall<T> call;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final AtomicReference<@Nullable Step> step = new AtomicReference<>();

    /** What is waited for: the one that ends it goes on. */
    private final class Step implements CallTimeouts.Waiting {
        final @Nullable Attempt attempt;
        private final long endNanos;
        private final AtomicBoolean over = new AtomicBoolean();
        volatile @Nullable CompletableFuture<?> answer;

        Step(@Nullable Attempt attempt, long endNanos) {
            this.attempt = attempt;
            this.endNanos = endNanos;
        }

        /** From now on time ends it, and the end of the balancer. */
        void begin() {
            kernel.timeouts().add(this);
            if (over.get()) { // ended by whoever could not know yet what else there is to end
                kernel.timeouts().remove(this);
                cancelAnswer();
            }
        }

        /** True for the one who ends it. */
        boolean end() {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            kernel.timeouts().remove(this);
            return true;
        }

        void cancelAnswer() {
            CompletableFuture<?> its = answer;
            if (its != null) {
                its.cancel(true);
            }
        }

        @Override
        public void look(long now) {
            if (now - endNanos >= 0) {
                expire("was not answered within " + (attempt == null ? "" : attempt.timeout()));
            }
        }

        @Override
        public void closed() {
            expire("was given up, since the balancer was closed");
        }

        private void expire(String why) {
            if (end()) {
                goOn(() -> {
                    Attempt its = attempt;
                    if (its != null) {
                        run.failed(its, new TimeoutException(its + " " + why), runtime.nanoTime());
                        cancelAnswer();
                    }
                    go();
                });
            }
        }
    }

    AsyncRun(CallKernel kernel, CallOptions options, LoadBalancer.AsyncCall<T> call) {
        this.kernel = kernel;
        this.runtime = kernel.runtime();
        this.call = call;
        this.run = new CallRun(kernel, options, runtime.nanoTime());
    }

    CompletableFuture<T> begin() {
        CompletionStage<T> unused = future.whenComplete((answer, failure) -> {
            if (future.isCancelled()) {
                cancel();
            }
        });
        go();
        return future;
    }

    private void cancel() {
        Step now = step.get();
        if (now != null && now.end()) {
            run.cancelled(now.attempt, runtime.nanoTime());
            now.cancelAnswer();
        }
    }

    private void go() {
        while (!future.isDone()) {
            CallRun.Next next = run.next(runtime.nanoTime());
            if (next instanceof CallRun.GiveUp given) {
                future.completeExceptionally(given.cause());
            } else if (next instanceof CallRun.Hold hold) {
                hold(hold);
                return;
            } else if (!begins(((CallRun.Try) next).attempt())) {
                return;
            }
        }
        run.cancelled(null, runtime.nanoTime());
    }

    private void hold(CallRun.Hold hold) {
        Step waits = new Step(null, runtime.nanoTime() + hold.nanos());
        step.set(waits);
        waits.begin();
        CompletionStage<Void> unused = hold.change().whenComplete((nothing, failure) -> goOn(() -> over(waits)));
        if (future.isDone()) {
            over(waits); // cancelled meanwhile
        }
    }

    private void over(Step waits) {
        if (waits.end()) {
            go();
        }
    }

    /** True if it has failed at once, and the next step is to be taken. */
    private boolean begins(Attempt attempt) {
        Step begun = new Step(attempt, attempt.beganNanos + attempt.timeoutNanos());
        step.set(begun);
        CompletionStage<T> stage;
        try {
            stage = call.at(attempt);
            begun.answer = stage.toCompletableFuture();
        } catch (Throwable thrown) { // as if its future had failed
            if (!begun.end()) {
                return false; // cancelled meanwhile
            }
            if (thrown instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            run.failed(attempt, thrown, runtime.nanoTime());
            return true;
        }
        begun.begin();
        stage.whenComplete((answer, failure) -> {
            if (begun.end()) {
                ended(attempt, answer, failure);
            }
        });
        if (future.isCancelled()) {
            cancel();
        }
        return false;
    }

    private void ended(Attempt attempt, T answer, @Nullable Throwable failure) {
        if (failure == null) {
            run.succeeded(attempt, runtime.nanoTime());
            future.complete(answer);
        } else {
            run.failed(attempt, failure, runtime.nanoTime());
            go();
        }
    }

    /** What users begin is not for the balancer's thread; and whatever becomes of it, their future completes. */
    private void goOn(Runnable next) {
        Runnable task = () -> {
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                future.completeExceptionally(e);
            }
        };
        try {
            runtime.users().execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
    }
}
