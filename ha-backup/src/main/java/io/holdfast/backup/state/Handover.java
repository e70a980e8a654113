package io.holdfast.backup.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** What one stage gives becomes what another one gives, and is released if nobody wants that any more. */
public final class Handover {
    private Handover() {}

    /**
     * The other stage.
     *
     * @param release of what came too late for whoever has given the stage up
     */
    public static <T, R> CompletionStage<R> of(CompletionStage<T> from, Function<T, R> becomes, Consumer<R> release) {
        CompletableFuture<R> to = new CompletableFuture<>();
        CompletionStage<T> unused = from.whenComplete((given, failure) -> {
            if (failure != null) {
                to.completeExceptionally(cause(failure));
                return;
            }
            R result;
            try {
                result = becomes.apply(given);
            } catch (RuntimeException refused) {
                to.completeExceptionally(refused);
                return;
            }
            if (!to.complete(result)) {
                release.accept(result);
            }
        });
        return to;
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
