package io.holdfast.integrations.loadbalance.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What becomes of a future, whose cancelling cancels that one: {@code thenApply} alone would not. */
final class Judged<T extends @Nullable Object> extends CompletableFuture<T> {
    private final CompletableFuture<?> origin;

    Judged(CompletableFuture<T> origin, Function<T, T> judge) {
        this(origin, origin.thenApply(judge));
    }

    Judged(CompletableFuture<T> origin, CompletableFuture<T> result) {
        this.origin = origin;
        CompletableFuture<T> unused = result.whenComplete((value, failure) -> {
            if (failure == null) {
                complete(value);
            } else {
                completeExceptionally(failure);
            }
        });
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        boolean cancelled = super.cancel(mayInterrupt);
        origin.cancel(mayInterrupt);
        return cancelled;
    }
}
