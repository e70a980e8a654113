package io.holdfast.core;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One question at a time about each thing: whoever asks while it is under way, or within half a second of its answer, gets that
 * answer. Else whoever floods this node's port would have it flood another's. How many wait for one answer is bounded, since it
 * does not come while the loop stands still, and whoever has closed his connection is still among them. Safe from any thread.
 *
 * @param <T> the answer
 */
final class SharedAnswers<T> {
    static final long FRESH_NANOS = 500_000_000L;
    /** Things asked about at once; about more each question is asked by itself. */
    static final int MOST = 64;
    /** Who wait for one answer. */
    static final int MOST_WAITING = 256;

    private final LongSupplier nanoTime;
    private final Map<String, Asked<T>> asked = new LinkedHashMap<>();

    SharedAnswers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private static final class Asked<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private int waiting; // guarded by the answers
        private volatile boolean over;
        private volatile long overNanos;

        private boolean isOld(long now) {
            return over && now - overNanos > FRESH_NANOS;
        }
    }

    /**
     * Of its own for each who asks: that one cancels it does nothing to the others.
     *
     * @param tooMany the answer to those for whom there is no room to wait
     */
    CompletableFuture<T> ask(String about, T tooMany, Supplier<CompletableFuture<T>> question) {
        Asked<T> mine = new Asked<>();
        Asked<T> earlier = begin(about, mine);
        if (earlier != null) {
            if (!earlier.over && !mayWait(earlier)) {
                return CompletableFuture.completedFuture(tooMany);
            }
            return earlier.answer.copy();
        }
        CompletionStage<T> asking;
        try {
            asking = question.get();
        } catch (RuntimeException e) {
            asking = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> copy = mine.answer.copy();
        asking.whenComplete((answer, failure) -> {
            mine.overNanos = nanoTime.getAsLong();
            mine.over = true;
            if (failure == null) {
                mine.answer.complete(answer);
            } else {
                mine.answer.completeExceptionally(failure);
            }
        });
        return copy;
    }

    private synchronized boolean mayWait(Asked<T> asked) {
        if (asked.waiting >= MOST_WAITING - 1) { // who asked first is one, too
            return false;
        }
        asked.waiting++;
        return true;
    }

    private synchronized @Nullable Asked<T> begin(String about, Asked<T> mine) {
        long now = nanoTime.getAsLong();
        asked.values().removeIf(each -> each.isOld(now));
        Asked<T> earlier = asked.get(about);
        if (earlier == null && asked.size() < MOST) {
            asked.put(about, mine);
        }
        return earlier;
    }
}
