package io.holdfast.replication;

import io.holdfast.replication.client.Holding;
import io.holdfast.replication.client.LockCall;
import io.holdfast.replication.client.LockClient;
import io.holdfast.replication.locks.LockName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Calls for one lock or semaphore, in their forms. Immutable. */
record LockCalls(LockClient client, LockName name, int limit) {
    static final long FOR_EVER = Long.MAX_VALUE;

    static long nanos(Duration wait) {
        try {
            return Math.max(0, wait.toNanos());
        } catch (ArithmeticException tooLong) {
            return wait.isNegative() ? 0 : FOR_EVER;
        }
    }

    Optional<Holding> acquire(int permits, long waitNanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return client.await(client.acquire(name, permits, limit, waitNanos, true), true);
    }

    Optional<Holding> acquireUninterruptibly(int permits, long waitNanos) {
        try {
            return client.await(client.acquire(name, permits, limit, waitNanos, true), false);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupts are not looked at", e);
        }
    }

    /** Whatever completes it before the lock is granted, or cancels it, withdraws the call. */
    @SuppressWarnings("FutureReturnValueIgnored") // both hear of the other, and nothing else comes of that
    CompletableFuture<Optional<LockGrant>> acquireAsync(int permits, long waitNanos) {
        LockCall call = client.acquire(name, permits, limit, waitNanos, false);
        CompletableFuture<Optional<LockGrant>> result = new CompletableFuture<>();
        call.future().whenComplete((holding, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (!result.complete(holding.map(LockGrant::new))) {
                holding.ifPresent(Holding::release); // it was withdrawn meanwhile
            }
        });
        result.whenComplete((grant, failure) -> call.future().cancel(false));
        return result;
    }
}
