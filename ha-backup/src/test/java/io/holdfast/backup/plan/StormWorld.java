package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.StateMark;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Three nodes with the real driver, of which one has the role at a time; a log that goes on; layers that fail. */
final class StormWorld {
    private static final Duration STATE_EVERY = Duration.ofHours(6);
    static final Duration FILES_EVERY = Duration.ofHours(12);
    private static final Duration ARCHIVE_EVERY = Duration.ofMinutes(5);
    static final Duration DRILL_EVERY = Duration.ofHours(2);
    /** Each part is of about 300 bytes. */
    private static final MergePlan MERGE = new MergePlan(5, 20_000);
    /** What the log keeps for who archives it. */
    private static final long LOG_KEEPS = 40;

    final Simulation simulation;
    private final int haste;
    final List<StormRepository> layers = new ArrayList<>();
    final List<Driven> nodes = new ArrayList<>();
    final SplittableRandom random;
    /** Of real directories, which are there for moments: only those can be removed. */
    private final String scratch;

    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final Recorder recorder = new Recorder();

    @Nullable
    Driven holder;

    private long tokens;
    private long keptFrom = 1;
    /** All that there were, by their ids. */
    final Map<String, StormLog> logs = new TreeMap<>();

    StormLog log;
    boolean sourcesFail;
    /** What nodes threw and no fault explains. */
    final List<Throwable> unexpected = new ArrayList<>();

    /** A node, and the process on it. */
    final class Driven {
        final SimulatedNode node;
        StormRepository.Life process = new StormRepository.Life();

        @Nullable
        BackupDriver driver;

        @Nullable
        NodeRuntime runtime;

        private Driven(SimulatedNode node) {
            this.node = node;
        }

        void start() {
            process = new StormRepository.Life();
            NodeRuntime started = node.runtime();
            runtime = started;
            started.onFailure(failure -> {
                process.kill();
                if (!(failure instanceof StormRepository.Died)) {
                    unexpected.add(failure);
                }
            });
            Map<String, BackupRepository> seen = new LinkedHashMap<>();
            for (int i = 0; i < layers.size(); i++) {
                seen.put("layer" + i, layers.get(i).seenBy(process));
            }
            driver = new BackupDriver(
                    new DriverSetup(
                            "shop",
                            node.id(),
                            plan(),
                            seen,
                            BackupKeys.none(),
                            Map.of("state", new State(), "files", new Files()),
                            Optional.of(new Feed()),
                            () -> false,
                            0,
                            Duration.ofHours(1),
                            Optional.of(new DrillSetup(
                                    new DrillWork(
                                            "shop",
                                            node.id(),
                                            new DrillPlace(
                                                    Storage.files(),
                                                    Path.of(
                                                            System.getProperty("java.io.tmpdir", "."),
                                                            scratch + node.id()),
                                                    new HeapRoom(() -> Long.MAX_VALUE, () -> 0, 0)),
                                            path -> new StormTarget(),
                                            Map.of("files", backup -> backup.info()
                                                    .id()),
                                            started.clock()),
                                    limit -> marked()))),
                    started,
                    recorder);
        }

        Moment now() {
            Clock clock = Objects.requireNonNull(runtime).clock();
            return new Moment(clock.nanoTime(), clock.wallMillis());
        }

        void kill() {
            process.kill();
            node.kill();
            driver = null;
            if (holder == this) {
                holder = null;
            }
        }
    }

    /** @param haste by how much schedules and what is kept are shorter than usual; the archive's turns are not */
    StormWorld(long seed, int layerCount, int haste) {
        this.simulation = new Simulation(seed);
        this.haste = haste;
        this.random = simulation.random("storm");
        this.scratch = "holdfast-storm-" + ProcessHandle.current().pid() + "-" + seed + "-";
        this.log = StormLog.first(millis());
        logs.put(log.id(), log);
        log.append(millis());
        for (int i = 0; i < layerCount; i++) {
            layers.add(new StormRepository("layer" + i, simulation.random("layer " + i)));
        }
        for (int i = 1; i <= 3; i++) {
            Driven made = new Driven(simulation.node("node-" + i));
            nodes.add(made);
            made.start();
        }
        everyMinute();
    }

    private void everyMinute() {
        simulation.at(Duration.ofMinutes(1), () -> {
            layers.forEach(layer -> layer.objects.pass(Duration.ofMinutes(1)));
            for (int more = random.nextInt(3); more > 0; more--) {
                log.append(millis());
            }
            keptFrom = Math.max(keptFrom, log.last() - LOG_KEEPS);
            everyMinute();
        });
    }

    PlanConfig plan() {
        List<LayerPlan> plans = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            plans.add(new LayerPlan(
                    "layer" + i,
                    Retention.least()
                            .last(2 + i)
                            .recoveryWindow(Duration.ofHours(12).dividedBy(haste)),
                    "disk",
                    i == 1));
        }
        return new PlanConfig(
                plans,
                List.of(
                        new SourcePlan(
                                "state",
                                BackupKind.PHYSICAL,
                                Schedule.every(STATE_EVERY.dividedBy(haste))
                                        .jitter(Duration.ofMinutes(20).dividedBy(haste)),
                                Optional.empty()),
                        new SourcePlan(
                                "files",
                                BackupKind.PHYSICAL,
                                Schedule.every(FILES_EVERY.dividedBy(haste)),
                                Optional.empty())),
                Optional.of(new ArchivePlan("state", ARCHIVE_EVERY, MERGE)),
                false,
                Duration.ofHours(1),
                List.of(
                        new DrillPlan(
                                "state",
                                Optional.of(Schedule.every(DRILL_EVERY.dividedBy(haste))
                                        .jitter(Duration.ofMinutes(10).dividedBy(haste))),
                                Optional.empty(),
                                Duration.ofHours(2)),
                        new DrillPlan(
                                "files",
                                Optional.of(Schedule.every(DRILL_EVERY.dividedBy(haste))),
                                Optional.empty(),
                                Duration.ofHours(2))));
    }

    String logId() {
        return log.id();
    }

    /** The cluster is restored: all its nodes begin anew, with another log. */
    void begin(StormRestore.Done restored) {
        nodes.forEach(Driven::kill);
        log = restored.log().restored("log" + (logs.size() + 1), restored.epoch(), restored.index());
        logs.put(log.id(), log);
        keptFrom = log.last() + 1;
        nodes.forEach(Driven::start);
    }

    void count(String what) {
        recorder.count(what);
    }

    private LogRange range(long from, long to) {
        long term = FencingToken.of(log.epoch(), 1).value();
        return new LogRange(log.id(), from, to, term, log.millis(Math.max(0, from)), log.millis(to));
    }

    /** The role goes to that node; the old holder hears of it, or not yet, or never. */
    void grant(Driven to, boolean oldOneHears) {
        Driven old = holder;
        if (old != null && old.driver != null && oldOneHears) {
            old.driver.end("the role moves");
        } else if (old != null && old.driver != null) {
            BackupDriver late = old.driver;
            simulation.at(Duration.ofMinutes(1 + random.nextInt(20)), () -> {
                if (old.driver == late && holder != old && !old.process.isDead()) {
                    late.end("it hears late that the role has moved");
                }
            });
        }
        holder = to;
        if (to.driver != null) {
            to.driver.begin(FencingToken.of(log.epoch(), ++tokens));
        }
    }

    Catalogue catalogue(StormRepository layer) {
        return Catalogue.of(layer.objects, BackupKeys.none());
    }

    /** What happened, how often. */
    Map<String, Integer> made() {
        return Map.copyOf(names);
    }

    private abstract class Source implements BackupSource {
        @Override
        public BackupKind kind() {
            return BackupKind.PHYSICAL;
        }

        @Override
        public CompletionStage<? extends Prepared> prepare(Duration limit) {
            if (sourcesFail && random.nextInt(3) == 0) {
                return CompletableFuture.failedFuture(new NotAvailableException("no cut now"));
            }
            return CompletableFuture.completedFuture(prepared());
        }

        abstract Prepared prepared();
    }

    private final class State extends Source {
        @Override
        public String name() {
            return "state";
        }

        @Override
        Prepared prepared() {
            return new Written(List.of("state"), log.state(log.last()), Optional.of(range(0, log.last())));
        }
    }

    private final class Files extends Source {
        @Override
        public String name() {
            return "files";
        }

        @Override
        Prepared prepared() {
            return new Written(List.of("one", "two"), "files", Optional.empty());
        }
    }

    private CompletionStage<StateMark> marked() {
        if (random.nextInt(4) == 0) {
            return CompletableFuture.failedFuture(new NotAvailableException("not at the end of an entry"));
        }
        long index = log.last();
        return CompletableFuture.completedFuture(
                new StateMark(logId(), index, millis(), Map.of(StormTarget.MACHINE, log.sum(index))));
    }

    private long millis() {
        return 1_767_225_600_000L + simulation.nowNanos() / 1_000_000;
    }

    private final class Written implements BackupSource.Prepared {
        private final List<String> names;
        private final String content;
        private final Optional<LogRange> range;

        private Written(List<String> names, String content, Optional<LogRange> range) {
            this.names = names;
            this.content = content;
            this.range = range;
        }

        @Override
        public BackupSource.Outcome writeTo(BackupSource.Parts parts) throws IOException {
            for (String part : names) {
                parts.put(part, false, out -> {
                    out.write(content.getBytes(StandardCharsets.UTF_8));
                    if (sourcesFail && random.nextInt(8) == 0) {
                        throw new IOException("the source broke");
                    }
                });
            }
            return new BackupSource.Outcome(range, Map.of(), List.of());
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private final class Feed implements LogFeed {
        @Override
        public Optional<String> logId() {
            return Optional.of(StormWorld.this.logId());
        }

        @Override
        public CompletionStage<Optional<BackupSource.Prepared>> after(long after, Duration limit) {
            if (after + 1 < keptFrom) {
                return CompletableFuture.failedFuture(new LogGapException("it begins with " + keptFrom));
            } else if (after >= log.last()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            String part = log.part(after + 1, log.last());
            return CompletableFuture.completedFuture(
                    Optional.of(new Written(List.of("log"), part, Optional.of(range(after + 1, log.last())))));
        }
    }

    private final class Recorder implements DriverListener {
        private void count(String what) {
            names.merge(what, 1, Integer::sum);
        }

        @Override
        public void made(String layer, Manifest manifest, long tookNanos) {
            count("made " + manifest.source() + " " + manifest.kind());
        }

        @Override
        public void copied(String layer, Manifest manifest) {
            count("copied");
        }

        @Override
        public void merged(String layer, int parts, Manifest manifest) {
            count("merged");
        }

        @Override
        public void deleted(String layer, int count) {
            count("deleted");
        }

        @Override
        public void drilled(String layer, DrillRecord record) {
            count("drilled " + record.outcome() + " " + record.source());
        }

        @Override
        public void failed(String layer, Job what, Job.Fault fault, String reason) {
            count("failed " + fault);
            if (what instanceof Job.Drill) {
                count("a drill failed " + fault);
            }
        }

        @Override
        public void raised(Alert alert) {
            count("raised " + alert.kind());
        }

        @Override
        public void cleared(Alert alert) {
            count("cleared " + alert.kind());
        }

        @Override
        public void standing(List<Alert> alerts) {}

        @Override
        public void handOver(String reason) {
            throw new IllegalStateException("nobody asked for that");
        }
    }

    @Override
    public String toString() {
        return names.toString();
    }
}
