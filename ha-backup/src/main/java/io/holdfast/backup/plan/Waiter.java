package io.holdfast.backup.plan;

import io.holdfast.backup.plan.BackupDriver.Placed;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody who waits for a backup that was asked for by hand.
 *
 * @param sinceNanos when that was, by the monotonic clock
 */
record Waiter(CompletableFuture<Placed> answer, long sinceNanos) {
    void fail(Throwable failure) {
        answer.completeExceptionally(failure);
    }
}
