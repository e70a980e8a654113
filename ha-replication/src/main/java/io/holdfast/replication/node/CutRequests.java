package io.holdfast.replication.node;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.StateCut;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who waits for a cut of this node's state. */
final class CutRequests {
    private static final String STOPPING = "it is stopping";

    private final FeatureContext context;
    private final EventLoop loop;
    private final Set<Request> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    CutRequests(FeatureContext context) {
        this.context = context;
        this.loop = context.runtime().loop();
    }

    /** One of them. Whatever comes first counts. Safe from any thread. */
    final class Request {
        private final CompletableFuture<StateCut> done = new CompletableFuture<>();

        void taken(StateCut cut) {
            context.callbacks().execute(() -> {
                if (!done.complete(cut)) {
                    cut.close();
                }
            });
        }

        void failed(String why) {
            context.callbacks().execute(() -> abandon(why));
        }

        private void abandon(String why) {
            done.completeExceptionally(new NotAvailableException(
                    "no cut of the state of " + context.node().id() + ": " + why));
        }
    }

    /** Safe from any thread. */
    CompletionStage<StateCut> begin(Duration limit, Supplier<@Nullable Replica> replica) {
        Request request = new Request();
        open.add(request);
        if (stopped) {
            request.abandon(STOPPING);
        } else {
            loop.execute(() -> {
                Replica running = replica.get();
                if (running == null) {
                    request.failed("it still reads its log");
                } else {
                    // Of a request that is over by then nothing is held but itself.
                    loop.schedule(limit.toNanos(), () -> request.failed("that took longer than " + limit));
                    running.cut(request);
                }
            });
        }
        return request.done.whenComplete((cut, failure) -> open.remove(request));
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
