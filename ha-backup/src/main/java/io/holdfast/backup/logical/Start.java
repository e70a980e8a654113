package io.holdfast.backup.logical;

import io.holdfast.backup.LogRange;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a period begins in the log of this node, which is kept from there on for a while.
 *
 * @param afterIndex the last entry before it; -1 if there is no period, and all that is chosen is taken
 * @param afterMillis what was taken until then does not count either; 0 if that was not asked for
 * @param wholeBecause why there is none although one was asked for; empty if not
 */
record Start(long afterIndex, long afterMillis, String wholeBecause) {
    private static final Start ALWAYS = new Start(-1, 0, "");
    /** At least a batch is given. */
    private static final int LITTLE = 1;

    boolean isWhole() {
        return afterIndex < 0;
    }

    private static Start whole(String because) {
        return new Start(-1, 0, because);
    }

    /** Asks the log from there on, so that it stays while the cut is taken. Does not block. */
    static CompletionStage<Start> of(Period period, ReplicatedState state, Duration limit) {
        if (period instanceof Period.Always) {
            return CompletableFuture.completedFuture(ALWAYS);
        }
        if (period instanceof Period.AfterIndex after) {
            return afterIndex(after.index(), state, limit);
        }
        if (period instanceof Period.AfterLast last) {
            return afterLast(last.last().get(), state, limit);
        }
        if (period instanceof Period.AfterMoment moment) {
            return afterMoment(moment.wallMillis(), 0, state, limit);
        }
        throw new IllegalStateException(period + " is not known");
    }

    private static CompletionStage<Start> afterLast(Optional<LogRange> last, ReplicatedState state, Duration limit) {
        if (last.isEmpty()) {
            return CompletableFuture.completedFuture(whole("there is no earlier one to go on from"));
        }
        String of = last.get().logId();
        String now = state.logId().orElse("that is not known yet");
        if (!of.equals(now)) {
            return CompletableFuture.completedFuture(
                    whole("the earlier one is of the log " + of + ", and this is the log " + now));
        }
        return afterIndex(last.get().toIndex(), state, limit);
    }

    private static CompletionStage<Start> afterIndex(long index, ReplicatedState state, Duration limit) {
        return asked(
                index,
                state,
                limit,
                (part, gap) -> CompletableFuture.completedFuture(
                        gap == null ? new Start(index, 0, "") : whole(String.valueOf(gap.getMessage()))));
    }

    /** From the beginning of the log, or of what is left of it, of which entries up to the moment are then passed over. */
    private static CompletionStage<Start> afterMoment(
            long wallMillis, long base, ReplicatedState state, Duration limit) {
        return asked(base, state, limit, (part, gap) -> {
            if (gap != null) {
                long kept = gap.keptAfter().orElse(base);
                return kept > base
                        ? afterMoment(wallMillis, kept, state, limit)
                        : CompletableFuture.completedFuture(whole(String.valueOf(gap.getMessage())));
            }
            boolean reaches = base == 0 || (!part.isEmpty() && part.firstWallMillis() <= wallMillis);
            return CompletableFuture.completedFuture(
                    reaches
                            ? new Start(base, wallMillis, "")
                            : whole("the log that is left begins with entry " + (base + 1)
                                    + ", which is not known to be earlier than the moment"));
        });
    }

    /** @param then is given the part, or the gap if there is one */
    private static CompletionStage<Start> asked(
            long after,
            ReplicatedState state,
            Duration limit,
            BiFunction<LogPart, @Nullable LogGapException, CompletionStage<Start>> then) {
        return state.logAfter(after, LITTLE, limit)
                .handle((part, failure) -> {
                    Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                            ? wrapped.getCause()
                            : failure;
                    if (cause == null || cause instanceof LogGapException) {
                        return then.apply(part, (LogGapException) cause);
                    }
                    return CompletableFuture.<Start>failedFuture(cause);
                })
                .thenCompose(stage -> stage);
    }
}
