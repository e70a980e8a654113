package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanEffect.Run;
import io.holdfast.backup.plan.Running.Stall;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the {@link Planner} decides, while this node holds the role. The planner runs on a thread of its own, since it looks at whole
 * catalogues; each layer has two threads for what blocks, and nothing of it runs on the node's loop. Methods are safe from any
 * thread.
 */
final class BackupDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupDriver.class);
    private static final long LONGEST_TICK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration PREPARE_LIMIT = Duration.ofMinutes(10);
    private static final Duration FEED_LIMIT = Duration.ofSeconds(30);
    /** For so long it may be that no layer takes a backup that somebody waits for. */
    private static final Duration WANTED_LIMIT = Duration.ofHours(1);

    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** As much of the log is in a part when there may be more of it. */
    private static final long FULL_PART_BYTES = 8 << 20;

    /** A backup, and in which layer it is. */
    record Placed(String layer, Manifest manifest) {}

    private final DriverSetup setup;
    private final NodeRuntime runtime;
    private final DriverListener listener;
    private final Worker planning;
    private final Map<String, LayerStore> stores = new LinkedHashMap<>();
    private final Map<String, JobLane> lanes = new HashMap<>();
    private final CallWatch.Threads threads = new CallWatch.Threads();
    private final long tickNanos;
    private final LoopPace pace;

    // What follows belongs to the planning thread.
    private final Planner planner;
    private final Map<Long, Running> running = new LinkedHashMap<>();
    private final Map<String, List<Waiter>> wanted = new HashMap<>();
    private final DrillDesk drills;
    /** Whose sources get ready, or hold what was got ready: also what was given up, until it is let go of. */
    private final Map<String, Running> open = new HashMap<>();

    private @Nullable FencingToken token;

    private volatile DriverView view = DriverView.NOTHING;
    private volatile boolean closed;

    BackupDriver(DriverSetup setup, NodeRuntime runtime, DriverListener listener) {
        this.setup = setup;
        this.runtime = runtime;
        this.listener = listener;
        this.planner =
                new Planner(setup.plan(), new SplittableRandom(runtime.random().nextLong()));
        this.pace = new LoopPace(runtime.loop(), runtime.clock());
        this.planning = runtime.newWorker("backup-plan");
        this.drills = new DrillDesk(setup.drills(), planning, runtime.clock(), this::step);
        for (LayerPlan layer : setup.plan().layers()) {
            BackupRepository repository =
                    Objects.requireNonNull(setup.repositories().get(layer.name()));
            stores.put(
                    layer.name(),
                    new LayerStore(
                            layer.name(),
                            new CallWatch(layer.name(), repository, threads),
                            setup.keys(),
                            setup.cluster(),
                            setup.node(),
                            runtime.clock(),
                            runtime.random()));
            for (Lane lane : Lane.values()) {
                String name = "backup-" + layer.name() + lane.suffix();
                lanes.put(layer.name() + lane, new JobLane(runtime.newWorker(name), threads));
            }
        }
        this.tickNanos = setup.plan()
                .archive()
                .map(archive -> Math.min(LONGEST_TICK_NANOS, archive.every().toNanos()))
                .orElse(LONGEST_TICK_NANOS);
    }

    /** This node does the backups from now on. */
    void begin(FencingToken granted) {
        planning.execute(() -> {
            token = granted;
            LOG.info("{}: does the backups of {} with token {}", setup.node(), setup.cluster(), granted);
            look();
            step(new PlanInput.Granted(granted));
            scheduleTick(granted);
        });
    }

    /** It does not any more: all that is under way is interrupted, and leaves nothing that counts. */
    void end(String reason) {
        planning.execute(() -> {
            if (token != null) {
                LOG.info("{}: no longer does the backups of {}: {}", setup.node(), setup.cluster(), reason);
                token = null;
                step(new PlanInput.Ended(reason));
                for (Running job : running.values()) {
                    job.lane.cancel(job.watch);
                    wantedStill(job);
                }
                running.clear();
                wanted.values()
                        .forEach(all -> all.forEach(one ->
                                one.fail(new NotAvailableException("this node does no backups any more: " + reason))));
                wanted.clear();
                drills.end(reason);
            }
        });
    }

    /** The role was not handed over. */
    void notHandedOver(String reason) {
        planning.execute(() -> step(new PlanInput.NotHandedOver(reason)));
    }

    /**
     * Makes a backup of that source as soon as possible.
     *
     * @return completes on a thread of the driver's; with {@link NotAvailableException} if this node does not hold the role, or ceases to,
     *     or for an hour no layer takes it; and with what went wrong if it is the source that fails
     */
    CompletableFuture<Placed> makeNow(String source) {
        CompletableFuture<Placed> made = new CompletableFuture<>();
        planning.execute(() -> {
            if (token == null) {
                made.completeExceptionally(new NotAvailableException("this node does not do the backups now"));
            } else {
                wanted.computeIfAbsent(source, name -> new ArrayList<>())
                        .add(new Waiter(made, runtime.clock().nanoTime()));
                step(new PlanInput.MakeNow(source));
            }
        });
        if (closed) { // whose thread may have dropped that
            made.completeExceptionally(new NotAvailableException("this node does no backups any more: it has stopped"));
        }
        return made;
    }

    /** See {@link DrillDesk#want}. */
    CompletableFuture<DrillInfo> drillNow(String source, String layer) {
        return drills.want(source, layer, () -> token != null);
    }

    /**
     * Throws away what is to be, also if the clock was set, or only says what that is.
     *
     * @return completes as {@link #makeNow} does, with what goes and what stays
     */
    CompletableFuture<PruneReport> prune(boolean dryRun) {
        CompletableFuture<PruneReport> answer = new CompletableFuture<>();
        planning.execute(() -> {
            if (token == null) {
                answer.completeExceptionally(new NotAvailableException(
                        "this node does not do the backups; ask the one that holds the role " + BackupService.ROLE));
                return;
            }
            try {
                PruneReport report = planner.report(now()); // before what goes is on its way
                if (!dryRun) {
                    step(new PlanInput.PruneNow());
                }
                answer.complete(report);
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        if (closed) { // whose thread may have dropped that
            answer.completeExceptionally(
                    new NotAvailableException("this node does no backups any more: it has stopped"));
        }
        return answer;
    }

    /** What is in that layer; blocks. */
    Listing list(String layer) {
        return store(layer).list();
    }

    /** What came of drills there; blocks. */
    List<DrillRecord> drills(String layer) {
        return store(layer).drills();
    }

    /** How things stand. */
    DriverView view() {
        return view;
    }

    private void scheduleTick(FencingToken of) {
        runtime.loop()
                .schedule(
                        tickNanos,
                        () -> planning.execute(() -> {
                            if (of.equals(token)) {
                                look();
                                giveUpWhatStands();
                                giveUpWaiting();
                                drills.giveUpWaiting();
                                step(new PlanInput.Tick());
                                scheduleTick(of);
                            }
                        }));
    }

    private Moment now() {
        return new Moment(runtime.clock().nanoTime(), runtime.clock().wallMillis());
    }

    private void look() {
        step(new PlanInput.Mastership(setup.isMaster().getAsBoolean()));
        step(new PlanInput.Log(setup.feed().flatMap(LogFeed::logId)));
    }

    private void step(PlanInput input) {
        for (PlanEffect effect : planner.step(now(), input)) {
            if (effect instanceof Run run) {
                begin(run);
            } else if (effect instanceof PlanEffect.Mark) {
                drills.mark();
            } else if (effect instanceof PlanEffect.HandOver handOver) {
                listener.handOver(handOver.reason());
            } else if (effect instanceof PlanEffect.Due due) {
                LOG.info("{}: the next backup of {} is due at {}", setup.node(), due.source(), due.at());
            } else if (effect instanceof PlanEffect.Raised raised) {
                listener.raised(raised.alert());
            } else if (effect instanceof PlanEffect.Cleared cleared) {
                listener.cleared(cleared.alert());
            } else {
                throw new IllegalStateException("not an effect of the planner: " + effect);
            }
        }
        view = DriverView.of(token, planner, running.values());
        listener.standing(planner.standing());
    }

    private void begin(Run run) {
        JobWatch watch = run.lane() == Lane.QUICK
                ? new JobWatch(runtime.clock(), 0)
                : new JobWatch(runtime.clock(), setup.bytesPerSecond(), pace);
        JobLane lane = Objects.requireNonNull(lanes.get(run.layer() + run.lane()));
        Running job = new Running(run, watch, lane, runtime.clock().nanoTime());
        running.put(run.job(), job);
        if (run.what() instanceof Job.Make make) {
            List<Waiter> waiting = wanted.remove(make.source());
            job.waiters = waiting == null ? List.of() : waiting;
        }
        drills.begins(run);
        if (lane.isHanging()) {
            Stall held = Running.held(run, lane);
            later(job, held.fault(), held.reason());
        } else if (run.what() instanceof Job.Make make) {
            if (open.putIfAbsent(make.source(), job) != null) {
                later(
                        job,
                        Fault.SOURCE,
                        new NotAvailableException("an earlier backup of " + make.source()
                                + " has been given up and has not ended yet; a source makes one at a time"));
                return;
            }
            BackupSource source = Objects.requireNonNull(setup.sources().get(make.source()));
            prepare(job, PREPARE_LIMIT, () -> source.prepare(PREPARE_LIMIT).thenApply(Optional::of));
        } else if (run.what() instanceof Job.Archive archive) {
            LogFeed feed = setup.feed().orElseThrow();
            prepare(job, FEED_LIMIT, () -> feed.after(archive.after(), FEED_LIMIT));
        } else {
            run(job, work(job));
        }
    }

    /** Not within the step that has it begin. */
    private void later(Running job, Fault fault, Throwable failure) {
        planning.execute(() -> {
            if (running.get(job.run.job()) == job) {
                failed(job, fault, failure);
            }
        });
    }

    @FunctionalInterface
    private interface Preparing {
        CompletionStage<? extends Optional<? extends Prepared>> begin();
    }

    /** Has a source get ready, and then write. Whatever comes too late is closed. */
    private void prepare(Running job, Duration limit, Preparing preparing) {
        job.preparing = true;
        job.readyBy = runtime.clock().nanoTime() + limit.toNanos() + LATE_NANOS;
        CompletionStage<? extends Optional<? extends Prepared>> stage;
        try {
            stage = preparing.begin();
        } catch (RuntimeException refused) {
            stage = CompletableFuture.failedFuture(refused);
        }
        CompletionStage<?> unused = stage.whenComplete((ready, failure) -> {
            Prepared prepared = ready == null ? null : ready.orElse(null);
            if (closed) {
                close(prepared); // nobody is there any more to whom that could be left
            } else {
                planning.execute(() -> ready(job, prepared, failure));
            }
        });
    }

    private void ready(Running job, @Nullable Prepared prepared, @Nullable Throwable failure) {
        if (running.get(job.run.job()) != job || prepared == null) {
            release(job);
        }
        if (running.get(job.run.job()) != job) {
            close(prepared);
        } else if (failure != null) {
            failed(job, Blame.cause(failure));
        } else if (prepared == null) {
            done(job, new Result.NothingNew());
        } else {
            job.preparing = false;
            run(job, store -> write(store, job, prepared));
        }
    }

    private static void close(@Nullable Prepared prepared) {
        if (prepared != null) {
            try {
                prepared.close();
            } catch (RuntimeException failed) {
                LOG.warn("what was got ready for a backup could not be let go of", failed);
            }
        }
    }

    @FunctionalInterface
    private interface Work {
        Runnable run(LayerStore store) throws IOException, InterruptedException;
    }

    /** On the lane's thread; what comes of it, on the planner's. */
    private void run(Running job, Work work) {
        LayerStore store = store(job.run.layer());
        job.lane.run(job.watch, () -> {
            Runnable outcome;
            try {
                outcome = work.run(store);
            } catch (IOException | InterruptedException | RuntimeException | LinkageError failure) {
                outcome = () -> failed(job, failure);
            }
            Runnable then = outcome;
            planning.execute(() -> {
                release(job);
                if (running.get(job.run.job()) == job) {
                    then.run();
                }
            });
        });
    }

    /** Its source holds nothing for it any more. */
    private void release(Running job) {
        if (job.run.what() instanceof Job.Make make) {
            open.remove(make.source(), job);
        }
    }

    private LayerStore store(String layer) {
        return Objects.requireNonNull(stores.get(layer), () -> "no layer " + layer);
    }

    /** What needs no getting ready. */
    private Work work(Running job) {
        Job what = job.run.what();
        if (what instanceof Job.Claim) {
            FencingToken granted = Objects.requireNonNull(token, "a claim without a grant");
            return store -> seen(job, store.claim(granted));
        } else if (what instanceof Job.Look) {
            return store -> seen(job, store.look());
        } else if (what instanceof Job.Copy copy) {
            return store -> {
                job.watch.check();
                Manifest copied = store.copy(store(copy.from()), copy.id(), job.watch);
                return () -> {
                    listener.copied(store.name(), copied);
                    done(job, new Result.Made(Entries.of(copied), false));
                };
            };
        } else if (what instanceof Job.Merge merge) {
            return store -> {
                job.watch.check();
                Manifest merged = store.merge(merge.ids(), job.watch);
                return () -> {
                    listener.merged(store.name(), merge.ids().size(), merged);
                    done(job, new Result.Made(Entries.of(merged), false));
                };
            };
        } else if (what instanceof Job.Delete delete) {
            return store -> {
                job.watch.check();
                List<BackupId> gone = store.delete(delete.ids());
                return () -> {
                    listener.deleted(store.name(), gone.size());
                    done(job, new Result.Deleted(gone));
                };
            };
        } else if (what instanceof Job.Collect) {
            return store -> {
                job.watch.check();
                int objects = store.collect(setup.silentFor());
                return () -> done(job, new Result.Collected(objects));
            };
        } else if (what instanceof Job.Drill drill) {
            return store -> {
                DrillOutcome outcome = drills.run(store, drill, job.watch);
                return () -> {
                    listener.drilled(store.name(), outcome.record());
                    drills.done(job.run.job(), outcome.record().info(store.name()));
                    done(
                            job,
                            new Result.Drilled(
                                    outcome.record(),
                                    outcome.damaged(),
                                    outcome.notStored().map(why -> unstored(job, why))));
                };
            };
        }
        throw new IllegalStateException("not a job: " + what);
    }

    private static Result.Unstored unstored(Running job, RuntimeException why) {
        return new Result.Unstored(Blame.of(job.run.what(), why, false), Blame.describe(why));
    }

    private Runnable seen(Running job, Result.Seen seen) {
        return () -> done(job, seen);
    }

    private Runnable write(LayerStore store, Running job, Prepared prepared) throws IOException, InterruptedException {
        try (prepared) {
            job.watch.check();
            boolean log = job.run.what() instanceof Job.Archive;
            String source = job.run.what() instanceof Job.Make make
                    ? make.source()
                    : setup.plan().archive().orElseThrow().base();
            BackupKind kind = log
                    ? BackupKind.LOG
                    : Objects.requireNonNull(setup.sources().get(source)).kind();
            Manifest made = store.make(source, kind, prepared, job.watch);
            return () -> {
                listener.made(store.name(), made, runtime.clock().nanoTime() - job.begunAt);
                done(job, new Result.Made(Entries.of(made), log && made.contentBytes() >= FULL_PART_BYTES));
                job.waiters.forEach(one -> one.answer().complete(new Placed(store.name(), made)));
            };
        }
    }

    /** It is made again for those, beside who has come since. */
    private void wantedStill(Running job) {
        if (job.run.what() instanceof Job.Make make && !job.waiters.isEmpty()) {
            wanted.computeIfAbsent(make.source(), name -> new ArrayList<>()).addAll(0, job.waiters);
            job.waiters = List.of();
        }
    }

    private void done(Running job, Result result) {
        ended(job);
        step(new PlanInput.Done(job.run.job(), result));
    }

    private void failed(Running job, Throwable failure) {
        Fault fault = Blame.of(job.run.what(), failure, job.watch.isCancelled());
        if (fault != Fault.CANCELLED) {
            LOG.warn("{}: {} in layer {} failed ({})", setup.node(), job.run.what(), job.run.layer(), fault, failure);
        }
        failed(job, fault, failure);
    }

    private void ended(Running job) {
        running.remove(job.run.job());
        listener.rested(job.run.layer(), job.watch.restedNanos());
    }

    private void failed(Running job, Fault fault, Throwable failure) {
        ended(job);
        String reason = Blame.describe(failure);
        listener.failed(job.run.layer(), job.run.what(), fault, reason);
        drills.failed(job.run.job(), failure);
        if (fault == Fault.SOURCE || fault == Fault.GAP) {
            job.waiters.forEach(one -> one.fail(failure));
        } else {
            wantedStill(job); // before the planner has it made again
        }
        step(new PlanInput.Failed(job.run.job(), fault, reason, Blame.which(failure)));
    }

    /** Who waits for what no layer takes is told in the end; what is wanted stays so. */
    private void giveUpWaiting() {
        if (running.values().stream().anyMatch(job -> job.run.what() instanceof Job.Make)) {
            return; // that may take hours, and theirs may be the next one
        }
        long now = runtime.clock().nanoTime();
        for (List<Waiter> waiting : wanted.values()) {
            waiting.removeIf(one -> {
                boolean late = now - one.sinceNanos() >= WANTED_LIMIT.toNanos();
                if (late) {
                    one.fail(
                            new NotAvailableException(
                                    "within an hour no layer has taken the backup; see the alert LAYER_FAILING. It is made once one does"));
                }
                return late;
            });
        }
    }

    private void giveUpWhatStands() {
        long now = runtime.clock().nanoTime();
        for (Running job : List.copyOf(running.values())) {
            job.stalled(now).ifPresent(stall -> giveUp(job, stall));
        }
    }

    private void giveUp(Running job, Stall stall) {
        String reason = Blame.describe(stall.reason());
        LOG.warn("{}: {} in layer {}: {}", setup.node(), job.run.what(), job.run.layer(), reason);
        if (!job.preparing) {
            job.lane.giveUp(job.watch);
        }
        if (job.run.what() instanceof Job.Make make && stall.fault() == Fault.LAYER) {
            open.remove(
                    make.source(),
                    job); // its thread is held by the layer, and the source not at work: another layer may get it
        }
        failed(job, stall.fault(), stall.reason());
    }

    /** Ends all that is under way, and the threads, for which it waits some seconds. */
    @Override
    public void close() {
        closed = true;
        drills.close();
        end("the node stops");
        lanes.values().forEach(JobLane::close);
        planning.close();
    }
}
