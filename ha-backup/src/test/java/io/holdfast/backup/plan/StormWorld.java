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
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Three nodes with the real driver, of which one has the role at a time; a log that goes on; layers that fail. */
final class StormWorld {
    static final Duration STATE_EVERY = Duration.ofHours(6);
    static final Duration FILES_EVERY = Duration.ofHours(12);
    static final Duration ARCHIVE_EVERY = Duration.ofMinutes(5);
    /** Each part is of about 300 bytes. */
    private static final MergePlan MERGE = new MergePlan(5, 20_000);
    /** What the log keeps for who archives it. */
    private static final long LOG_KEEPS = 40;

    final Simulation simulation;
    final List<StormRepository> layers = new ArrayList<>();
    final List<Driven> nodes = new ArrayList<>();
    final SplittableRandom random;
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final Recorder recorder = new Recorder();

    @Nullable
    Driven holder;

    private long tokens;
    long index = 1;
    private long keptFrom = 1;
    private int log = 1;
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
                            Duration.ofHours(1)),
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

    StormWorld(long seed, int layerCount) {
        this.simulation = new Simulation(seed);
        this.random = simulation.random("storm");
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
            index += random.nextInt(3);
            keptFrom = Math.max(keptFrom, index - LOG_KEEPS);
            everyMinute();
        });
    }

    PlanConfig plan() {
        List<LayerPlan> plans = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            plans.add(new LayerPlan(
                    "layer" + i, Retention.least().last(2 + i).recoveryWindow(Duration.ofHours(12)), "disk", i == 1));
        }
        return new PlanConfig(
                plans,
                List.of(
                        new SourcePlan(
                                "state",
                                BackupKind.PHYSICAL,
                                Schedule.every(STATE_EVERY).jitter(Duration.ofMinutes(20)),
                                Optional.empty()),
                        new SourcePlan("files", BackupKind.PHYSICAL, Schedule.every(FILES_EVERY), Optional.empty())),
                Optional.of(new ArchivePlan("state", ARCHIVE_EVERY, MERGE)),
                false,
                Duration.ofHours(1));
    }

    String logId() {
        return "log" + log;
    }

    /** The cluster is restored: another log. */
    void restore() {
        log++;
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
            to.driver.begin(FencingToken.of(0, ++tokens));
        }
    }

    Catalogue catalogue(StormRepository layer) {
        return Catalogue.of(layer.objects, BackupKeys.none());
    }

    int made(String what) {
        return names.getOrDefault(what, 0);
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
            LogRange all = new LogRange(logId(), 0, index, 1, 0, millis());
            return new Written("state of " + index, Optional.of(all));
        }
    }

    private final class Files extends Source {
        @Override
        public String name() {
            return "files";
        }

        @Override
        Prepared prepared() {
            return new Written("files", Optional.empty());
        }
    }

    private long millis() {
        return 1_767_225_600_000L + simulation.nowNanos() / 1_000_000;
    }

    private final class Written implements BackupSource.Prepared {
        private final String content;
        private final Optional<LogRange> range;

        private Written(String content, Optional<LogRange> range) {
            this.content = content;
            this.range = range;
        }

        @Override
        public BackupSource.Outcome writeTo(BackupSource.Parts parts) throws IOException {
            for (String part : content.startsWith("log") ? List.of("log") : List.of("one", "two")) {
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
            } else if (after >= index) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            LogRange range = new LogRange(logId().orElseThrow(), after + 1, index, 1, millis(), millis());
            return CompletableFuture.completedFuture(Optional.of(new Written("log to " + index, Optional.of(range))));
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
        public void failed(String layer, Job what, Job.Fault fault, String reason) {
            count("failed " + fault);
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
