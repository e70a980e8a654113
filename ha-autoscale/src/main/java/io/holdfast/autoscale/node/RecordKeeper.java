package io.holdfast.autoscale.node;

import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.TooLargeException;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the record in the log, by comparing what is there with what was read or written last: two nodes that both believe to decide cannot
 * both keep something. Not thread-safe: one call at a time.
 */
final class RecordKeeper {
    static final String NAME = "autoscale";

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ReplicatedState state;
    private Optional<byte[]> last = Optional.empty();

    RecordKeeper(ReplicatedState state) {
        this.state = state;
    }

    /** What is there; what is kept next takes its place, unless another has come meanwhile. */
    CompletionStage<Optional<byte[]>> read() {
        return record().thenApply(found -> {
            last = found;
            return found;
        });
    }

    private CompletionStage<Optional<byte[]>> record() {
        try {
            return state.record(NAME, LIMIT);
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private CompletionStage<Boolean> replace(byte[] value) {
        try {
            return state.replaceRecord(NAME, last, value, LIMIT);
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /**
     * Keeps that.
     *
     * @return false if somebody else has kept something since
     */
    CompletionStage<Boolean> keep(byte[] value) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        CompletionStage<?> unused = replace(value).whenComplete((was, failure) -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof OutcomeUnknownException) {
                findOut(value, answer);
            } else if (cause instanceof TooLargeException || cause instanceof IllegalArgumentException) {
                answer.completeExceptionally(new TooLargeException("the record of scaling has " + value.length
                        + " bytes, which the log does not take: " + cause.getMessage()));
            } else if (cause != null) {
                answer.completeExceptionally(cause);
            } else {
                kept(was, value, answer);
            }
        });
        return answer;
    }

    private void findOut(byte[] value, CompletableFuture<Boolean> answer) {
        CompletionStage<?> unused = record().whenComplete((found, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (found.isPresent() && Arrays.equals(found.get(), value)) {
                kept(true, value, answer);
            } else {
                // Also if it is what was there before: the write may come yet, so this node begins again by reading.
                answer.complete(false);
            }
        });
    }

    private void kept(boolean was, byte[] value, CompletableFuture<Boolean> answer) {
        if (was) {
            last = Optional.of(value);
        }
        answer.complete(was);
    }
}
