package io.holdfast.loadbalance;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    private static final class Step {
        final @Nullable Attempt attempt;
        final long endNanos;
        private final AtomicBoolean over = new AtomicBoolean();
        volatile @Nullable CompletableFuture<?> answer;

        Step(@Nullable Attempt attempt, long endNanos) {
            this.attempt = attempt;
            this.endNanos = endNanos;
        }

        boolean end() {
            return over.compareAndSet(false, true);
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
            kernel.timeouts().remove(this);
            run.cancelled(now.attempt, runtime.nanoTime());
            CompletableFuture<?> answer = now.answer;
            if (answer != null) {
                answer.cancel(true);
            }
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
        kernel.timeouts().add(this);
        CompletionStage<Void> unused = hold.change().whenCompleteAsync((nothing, failure) -> over(waits));
        if (future.isDone()) {
            over(waits); // cancelled meanwhile
        }
    }

    private void over(Step waits) {
        if (waits.end()) {
            kernel.timeouts().remove(this);
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
        begun.answer = stage.toCompletableFuture();
        kernel.timeouts().add(this);
        stage.whenComplete((answer, failure) -> {
            if (begun.end()) {
                kernel.timeouts().remove(this);
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

    /** Looked at now and then: what has taken its time is over. */
    void checkTime(long now) {
        Step at = step.get();
        if (at == null || now - at.endNanos < 0 || !at.end()) {
            return;
        }
        kernel.timeouts().remove(this);
        Attempt attempt = at.attempt;
        if (attempt != null) {
            CompletableFuture<?> answer = at.answer;
            if (answer != null) {
                answer.cancel(true);
            }
            run.failed(attempt, new TimeoutException(attempt + " was not answered within " + attempt.timeout()), now);
        }
        CompletionStage<Void> unused =
                CompletableFuture.runAsync(this::go); // what users begin is not for the balancer's thread
    }
}
