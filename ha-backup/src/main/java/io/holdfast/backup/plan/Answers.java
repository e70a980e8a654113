package io.holdfast.backup.plan;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What a user's code waits for. */
final class Answers {
    private Answers() {}

    /**
     * The same outcome, told where callbacks run, whatever it is: what a user has chained to it must not run on, or hold up, a thread
     * that plans. {@code thenApplyAsync} does that for values alone.
     *
     * @return fails at once if the executor takes nothing any more
     */
    static <T> CompletableFuture<T> on(Executor callbacks, CompletionStage<T> outcome) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletionStage<?> unused = outcome.whenCompleteAsync(
                        (value, failure) -> {
                            if (failure == null) {
                                answer.complete(value);
                            } else {
                                answer.completeExceptionally(Blame.cause(failure));
                            }
                        },
                        callbacks)
                .exceptionally(refused -> {
                    answer.completeExceptionally(Blame.cause(refused)); // of no effect once it has been told
                    return null;
                });
        return answer;
    }
}
