package io.holdfast.replication.node;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.LogGapException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who waits for a part of what this node stores, such as a cut of its state. */
final class StateRequests {
    private static final String STOPPING = "it is stopping";
    private static final Duration LONGEST = Duration.ofDays(1);

    private final FeatureContext context;
    private final EventLoop loop;
    private final Supplier<@Nullable Replica> replica;
    private final Set<Request<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    StateRequests(FeatureContext context, Supplier<@Nullable Replica> replica) {
        this.context = context;
        this.loop = context.runtime().loop();
        this.replica = replica;
    }

    /** One of them. What is said first counts. Safe from any thread. */
    final class Request<T> {
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private final String what;
        private final Consumer<T> unwanted;
        /** On the loop. */
        private EventLoop.@Nullable Timer timer;

        private Request(String what, Consumer<T> unwanted) {
            this.what = what;
            this.unwanted = unwanted;
        }

        void answer(T answer) {
            if (done.isDone()) {
                unwanted.accept(answer); // also if callbacks do not run any more
                return;
            }
            context.callbacks().execute(() -> {
                if (!done.complete(answer)) {
                    unwanted.accept(answer);
                }
            });
        }

        private void cancelTimer() {
            EventLoop.Timer set = timer;
            if (set != null) {
                set.cancel(); // it holds the answer
            }
        }

        void failed(String why) {
            context.callbacks().execute(() -> abandon(why));
        }

        /** It is not there any more. */
        void gap(String why, long keptAfter) {
            context.callbacks().execute(() -> done.completeExceptionally(new LogGapException(refusal(why), keptAfter)));
        }

        private void abandon(String why) {
            done.completeExceptionally(new NotAvailableException(refusal(why)));
        }

        private String refusal(String why) {
            return context.node().id() + " gives no " + what + ": " + why;
        }
    }

    /**
     * Begins one. Safe from any thread.
     *
     * @param what is asked for, for people
     * @param unwanted takes an answer that comes too late
     * @param ask on the loop
     */
    <T> CompletionStage<T> begin(
            String what, Duration limit, Consumer<T> unwanted, BiConsumer<Replica, Request<T>> ask) {
        Request<T> request = new Request<>(what, unwanted);
        long limitNanos = limit.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : Math.max(0, limit.toNanos());
        open.add(request);
        CompletableFuture<T> unused = request.done.whenComplete((answer, failure) -> {
            open.remove(request);
            loop.execute(request::cancelTimer);
        });
        if (stopped) {
            request.abandon(STOPPING);
        } else {
            loop.execute(() -> {
                Replica running = replica.get();
                if (running == null) {
                    request.failed("it still reads its log");
                } else {
                    request.timer = loop.schedule(limitNanos, () -> request.failed("that took longer than " + limit));
                    ask.accept(running, request);
                }
            });
        }
        return request.done; // itself: who gives it up must not be given an answer that nobody releases
    }

    /** On the loop. */
    void stop() {
        stopped = true;
        open.forEach(request -> request.failed(STOPPING));
    }

    /** What stopping left without an answer, since its callbacks do not run any more. */
    void close() {
        stopped = true;
        open.forEach(request -> request.abandon(STOPPING));
    }
}
