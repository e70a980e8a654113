package io.holdfast.backup.plan;

import io.holdfast.backup.DrillInfo;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver's part in drills: who waits for one that was asked for by hand, and marks of the state. On the planning thread. */
final class DrillDesk {
    private static final Logger LOG = LoggerFactory.getLogger(DrillDesk.class);
    private static final Duration MARK_LIMIT = Duration.ofSeconds(30);
    /** For so long it may be that none can begin. */
    private static final Duration LIMIT = Duration.ofHours(1);

    private record Asked(String source, String layer, CompletableFuture<DrillInfo> answer, long sinceNanos) {}

    private final Optional<DrillSetup> setup;
    private final Worker planning;
    private final Clock clock;
    private final Consumer<PlanInput> step;
    private final List<Asked> waiting = new ArrayList<>();
    private final Map<Long, List<Asked>> running = new HashMap<>();
    private volatile boolean closed;

    DrillDesk(Optional<DrillSetup> setup, Worker planning, Clock clock, Consumer<PlanInput> step) {
        this.setup = setup;
        this.planning = planning;
        this.clock = clock;
        this.step = step;
    }

    /**
     * Restores from that layer for a trial as soon as possible. Safe from any thread.
     *
     * @param source whose backup
     * @param layer empty for the one whose turn it is
     * @param holds whether this node does the backups; asked on the planning thread
     * @return completes on a thread of the driver's: normally also if the drill failed because of what is in the layer
     */
    CompletableFuture<DrillInfo> want(String source, String layer, BooleanSupplier holds) {
        CompletableFuture<DrillInfo> answer = new CompletableFuture<>();
        planning.execute(() -> {
            if (!holds.getAsBoolean() || setup.isEmpty()) {
                answer.completeExceptionally(new NotAvailableException("this node does not do the backups now"));
            } else {
                waiting.add(new Asked(source, layer, answer, clock.nanoTime()));
                step.accept(new PlanInput.DrillNow(source, layer));
            }
        });
        if (closed) { // whose thread may have dropped that
            answer.completeExceptionally(
                    new NotAvailableException("this node does no backups any more: it has stopped"));
        }
        return answer;
    }

    /** Has the state marked, which the planner waits for. */
    void mark() {
        CompletionStage<?> unused = setup.orElseThrow().mark().apply(MARK_LIMIT).whenComplete((mark, failed) -> {
            if (failed != null) {
                LOG.debug("the state was not marked for a drill; it is tried again", failed);
            }
            planning.execute(() -> step.accept(new PlanInput.Marked(Optional.ofNullable(mark))));
        });
    }

    /** Does one; on the layer's thread. */
    DrillOutcome run(LayerStore store, Job.Drill drill, JobWatch watch) throws IOException, InterruptedException {
        return setup.orElseThrow().work().run(store, drill, watch);
    }

    /** Something begins, which, if it is a drill, serves who has asked for that layer, or for any. */
    void begins(PlanEffect.Run run) {
        if (run.what() instanceof Job.Drill drill) {
            List<Asked> served = waiting.stream()
                    .filter(asked -> asked.source().equals(drill.source()))
                    .filter(asked -> asked.layer().isEmpty() || asked.layer().equals(run.layer()))
                    .toList();
            waiting.removeAll(served);
            running.put(run.job(), served);
        }
    }

    void done(long job, DrillInfo info) {
        over(job).forEach(asked -> asked.answer().complete(info));
    }

    /** Of whatever kind of job. */
    void failed(long job, Throwable failure) {
        over(job).forEach(asked -> asked.answer().completeExceptionally(failure));
    }

    private List<Asked> over(long job) {
        List<Asked> served = running.remove(job);
        return served == null ? List.of() : served;
    }

    /** Who waits for what does not begin is told in the end. */
    void giveUpWaiting() {
        waiting.removeIf(asked -> {
            boolean late = clock.nanoTime() - asked.sinceNanos() >= LIMIT.toNanos();
            if (late) {
                asked.answer()
                        .completeExceptionally(new NotAvailableException(
                                "within an hour no drill could begin: a backup is being made or due, the layer cannot be used, or it"
                                        + " has nothing yet to restore from"));
            }
            return late;
        });
    }

    /** This node does no drills any more. */
    void end(String reason) {
        List<Asked> all = new ArrayList<>(waiting);
        running.values().forEach(all::addAll);
        waiting.clear();
        running.clear();
        all.forEach(asked -> asked.answer()
                .completeExceptionally(new NotAvailableException("this node does no backups any more: " + reason)));
    }

    /** Whoever asks from now on is refused. Safe from any thread. */
    void close() {
        closed = true;
    }
}
