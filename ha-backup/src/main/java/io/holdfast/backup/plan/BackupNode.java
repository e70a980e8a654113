package io.holdfast.backup.plan;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.DrillCheck;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.plan.BackupSettings.Wanted;
import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.backup.remote.Offers;
import io.holdfast.backup.state.StateLogFeed;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.Explanation;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.RunningFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backups on a running node: it stands for the role, does the work while it holds it, and says how things are. */
public final class BackupNode implements RunningFeature, BackupService, Inspectable {
    /** The name of the replicated state as a source. */
    public static final String STATE = StateSource.NAME;

    private static final Logger LOG = LoggerFactory.getLogger(BackupNode.class);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);
    private static final String HEALTH = "backup";
    /** The load by which a node tells how many backups and trials it is at work on. */
    private static final String RUNNING = "backup.running";

    private static final int MOST_IN_DETAIL = 3;

    private final BackupSettings settings;
    private final FeatureContext context;
    private final PlanConfig plan;
    private final Offers offers;
    private @Nullable BackupDriver driver;
    private @Nullable BackupMeters meters;
    private volatile FeatureContext.@Nullable Standing standing;
    private List<Alert> told = List.of(); // of the planner's thread
    private double toldJobs; // of the planner's thread

    /** Does nothing before it is opened. */
    public BackupNode(BackupSettings settings, FeatureContext context) {
        this.settings = settings;
        this.context = context;
        this.offers = new Offers(context);
        this.plan = new PlanConfig(
                settings.layers().stream().map(BackupNode::plan).toList(),
                settings.sources().stream()
                        .map(wanted -> new SourcePlan(
                                wanted.name(),
                                wanted.source() == null
                                        ? BackupKind.PHYSICAL
                                        : wanted.source().kind(),
                                wanted.schedule(),
                                settings.oldAfter()))
                        .toList(),
                settings.hasState()
                        ? settings.archiveEvery().map(every -> new ArchivePlan(STATE, every, settings.merge()))
                        : Optional.empty(),
                !settings.alsoOnMaster() && !context.standalone(),
                settings.behindAfter(),
                drills(settings));
    }

    private static List<DrillPlan> drills(BackupSettings settings) {
        DrillSettings drill = settings.drill();
        List<DrillPlan> plans = new ArrayList<>();
        if (settings.hasState()) {
            plans.add(new DrillPlan(STATE, drill.schedule(), drill.oldAfter(), drill.limit()));
        }
        drill.checks()
                .forEach(checked -> plans.add(new DrillPlan(
                        checked.source(), Optional.of(checked.schedule()), drill.oldAfter(), drill.limit())));
        return plans;
    }

    private static LayerPlan plan(BackupLayer layer) {
        return new LayerPlan(layer.name(), layer.retention(), layer.medium(), layer.isOffSite());
    }

    /** Why what is in all those layers would not be kept as of the rule 3-2-1; empty if it would. */
    public static List<String> missingOfTheRule(List<BackupLayer> layers) {
        return ThreeTwoOne.of(layers.stream().map(BackupNode::plan).toList()).missing();
    }

    @Override
    public void open() {
        ReplicatedState state = context.replicatedState();
        Map<String, BackupSource> sources = new LinkedHashMap<>();
        for (Wanted wanted : settings.sources()) {
            BackupSource source = wanted.source();
            if (source == null) {
                if (state == null) {
                    throw new IllegalStateException("the node " + context.node().id()
                            + " is to back up the replicated state, and nothing replicates any; add"
                            + " .with(LogReplication.inDirectory(...)), or leave .physical(schedule) out");
                }
                source = new StateSource(state);
            }
            sources.put(wanted.name(), source);
        }
        Map<String, BackupRepository> repositories = new LinkedHashMap<>();
        settings.layers().forEach(layer -> repositories.put(layer.name(), offers.bind(layer.repository())));
        Optional<LogFeed> feed =
                plan.archive().isPresent() && state != null ? Optional.of(new StateLogFeed(state)) : Optional.empty();
        BackupDriver made = new BackupDriver(
                new DriverSetup(
                        context.clusterName(),
                        context.node().id(),
                        plan,
                        repositories,
                        settings.keys(),
                        sources,
                        feed,
                        () -> state != null && state.isMaster(),
                        settings.bytesPerSecond(),
                        settings.silentFor(),
                        drills(state)),
                context.runtime(),
                new Listener());
        driver = made;
        meters = new BackupMeters(
                context.meters(),
                context.clusterName(),
                context.node().id(),
                plan,
                made::view,
                context.runtime().clock()::wallMillis);
    }

    /** What a drill has left that a crash has ended is removed here. */
    private Optional<DrillSetup> drills(@Nullable ReplicatedState state) {
        String own =
                "holdfast-drill-" + context.clusterName() + "-" + context.node().id();
        Optional<Path> place = settings.drill()
                .directory()
                .or(() -> state == null ? Optional.empty() : state.scratch())
                .map(in -> in.resolve(own));
        if (plan.drills().isEmpty() || place.isEmpty()) {
            if (plan.drills().stream().anyMatch(drill -> drill.schedule().isPresent())) {
                throw new IllegalStateException("the node " + context.node().id()
                        + " is to restore for trials, and has no directory of its own to do that in; add"
                        + " .drillDirectory(path)");
            }
            return Optional.empty();
        }
        Map<String, DrillCheck> checks = new LinkedHashMap<>();
        settings.drill().checks().forEach(checked -> checks.put(checked.source(), checked.check()));
        DrillWork work = new DrillWork(
                context.clusterName(),
                context.node().id(),
                new DrillPlace(Storage.files(), place.get()),
                directory -> Objects.requireNonNull(state, "no state").trial(directory),
                checks,
                context.runtime().clock());
        try {
            work.clear();
        } catch (IOException left) {
            LOG.warn(
                    "{}: what a drill has left in {} cannot be removed",
                    context.node().id(),
                    place.get(),
                    left);
        }
        return Optional.of(new DrillSetup(
                work, limit -> Objects.requireNonNull(state, "no state").mark(limit)));
    }

    private BackupDriver driver() {
        BackupDriver opened = driver;
        if (opened == null) {
            throw new IllegalStateException("it has not been opened");
        }
        return opened;
    }

    @Override
    public void start() {
        BackupDriver running = driver();
        offers.start();
        standing = context.stand(ROLE, STOP_WITHIN, running::begin, running::end);
        context.ready(true, ""); // a node serves whether or not it can back up; what is wrong with that, health says
    }

    @Override
    public void stop(Runnable stopped) {
        BackupDriver running = driver;
        if (running != null) {
            running.end("the node stops");
        }
        offers.stop();
        stopped.run();
    }

    @Override
    public void close() {
        BackupDriver running = driver;
        if (running != null) {
            running.close();
        }
        offers.close();
        BackupMeters measured = meters;
        if (measured != null) {
            measured.close();
        }
    }

    @Override
    public CompletableFuture<BackupInfo> runNow(String source) {
        if (settings.sources().stream().noneMatch(wanted -> wanted.name().equals(source))) {
            throw new IllegalArgumentException("there is no source " + source + "; there are "
                    + settings.sources().stream().map(Wanted::name).toList());
        }
        return Answers.on(context.callbacks(), driver().makeNow(source).thenApply(made -> made.manifest()
                .info(made.layer())));
    }

    @Override
    public CompletableFuture<DrillInfo> drillNow(String source, String layer) {
        if (plan.drills().stream().noneMatch(drill -> drill.source().equals(source))) {
            throw new IllegalArgumentException("nothing is known of how to restore " + source + " for a trial, but of "
                    + plan.drills().stream().map(DrillPlan::source).toList());
        }
        if (!layer.isEmpty()
                && settings.layers().stream().noneMatch(each -> each.name().equals(layer))) {
            throw new IllegalArgumentException("there is no layer " + layer + "; there are "
                    + settings.layers().stream().map(BackupLayer::name).toList());
        }
        return Answers.on(context.callbacks(), driver().drillNow(source, layer));
    }

    @Override
    public List<DrillInfo> drills() {
        List<DrillInfo> all = new ArrayList<>();
        reading(driver()::drills)
                .forEach((layer, drills) -> drills.forEach(drill -> all.add(drill.info(layer.name()))));
        all.sort(Comparator.comparing(DrillInfo::began));
        return all;
    }

    @Override
    public List<BackupInfo> list() {
        List<BackupInfo> all = new ArrayList<>();
        listings().forEach((layer, listing) -> listing.backups().forEach(backup -> all.add(backup.info(layer.name()))));
        return all;
    }

    private Map<BackupLayer, Listing> listings() {
        return reading(driver()::list);
    }

    /** Of each layer that can be read. */
    private <T> Map<BackupLayer, T> reading(Function<String, T> read) {
        Map<BackupLayer, T> listings = new LinkedHashMap<>();
        BackupRepositoryException last = null;
        for (BackupLayer layer : settings.layers()) {
            try {
                listings.put(layer, read.apply(layer.name()));
            } catch (BackupRepositoryException unreadable) {
                last = unreadable;
            }
        }
        if (last != null && listings.isEmpty()) {
            throw last;
        }
        return listings;
    }

    @Override
    public CompletableFuture<PruneReport> prune(boolean dryRun) {
        return Answers.on(context.callbacks(), driver().prune(dryRun));
    }

    @Override
    public Inspectable inspectable() {
        return this;
    }

    @Override
    public List<OperatorCommand> operatorCommands() {
        return new BackupCommands(
                        context.node().id(),
                        this,
                        () -> driver().view(),
                        settings.sources().stream().map(Wanted::name).toList(),
                        context.runtime().loop(),
                        context.runtime().clock().wallMillis())
                .commands();
    }

    @Override
    public Map<String, Object> inspect() {
        DriverView view = driver().view();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("holder", view.token() != null);
        all.put("missingOf321", missingOfTheRule(settings.layers()));
        if (view.token() != null) {
            Map<String, Object> last = new LinkedHashMap<>();
            view.last().forEach((source, at) -> last.put(source, at.toString()));
            all.put("last", last);
            all.put("held", Map.copyOf(view.held()));
            all.put("lacks", Map.copyOf(view.lacks()));
            all.put(
                    "proven",
                    view.proven().stream()
                            .map(proof -> Map.of(
                                    "layer", proof.layer(),
                                    "source", proof.record().source(),
                                    "index", proof.record().index(),
                                    "log", proof.record().logId(),
                                    "at", proof.record().id().began().toString(),
                                    "outcome", proof.record().outcome().name()))
                            .toList());
            all.put("alerts", view.alerts().stream().map(BackupNode::describe).toList());
            all.put(
                    "running",
                    view.jobs().stream()
                            .map(job -> job.what() + " in " + job.layer() + ", "
                                    + job.watch().storedBytes() + " bytes stored")
                            .toList());
        }
        return all;
    }

    @Override
    public List<Explanation.Finding> explain() {
        List<Explanation.Finding> findings = new ArrayList<>();
        for (Alert alert : driver().view().alerts()) {
            findings.add(new Explanation.Finding(
                    "backup " + alert.subject(), Explanation.State.BROKEN, describe(alert), ""));
        }
        return findings;
    }

    /** Another node goes on with backups, and what this one had begun is made again. */
    @Override
    public SafeToStop safeToStop(String nodeId) {
        return SafeToStop.yes(nodeId);
    }

    private static String describe(Alert alert) {
        return alert.kind() + (alert.subject().isEmpty() ? "" : " " + alert.subject()) + ": " + alert.detail();
    }

    /** A node that makes a backup, or restores one for a trial, is spared by whoever takes nodes away. */
    private void tellLoad() {
        Membership membership = context.membership();
        double jobs = driver().view().jobs().stream()
                .filter(job -> job.what() instanceof Job.Make || job.what() instanceof Job.Drill)
                .count();
        if (membership != null && jobs != toldJobs) {
            toldJobs = jobs;
            membership.say(facts -> facts.withLoad(RUNNING, jobs));
        }
    }

    private final class Listener implements DriverListener {
        private BackupMeters measured() {
            BackupMeters all = meters;
            if (all == null) {
                throw new IllegalStateException("something was done before there were meters");
            }
            return all;
        }

        @Override
        public void made(String layer, Manifest made, long tookNanos) {
            measured().made(layer, made.source(), made.kind().name(), made.storedBytes(), tookNanos);
            if (made.kind() != BackupKind.LOG) {
                context.event(
                        HaEvent.Kind.BACKUP_MADE,
                        made.source(),
                        made.id() + " in " + layer + ", " + made.storedBytes() + " bytes");
            }
        }

        @Override
        public void copied(String layer, Manifest manifest) {
            measured().copied(layer, manifest.storedBytes());
        }

        @Override
        public void merged(String layer, int parts, Manifest manifest) {
            measured().merged(layer, parts, manifest.storedBytes());
        }

        @Override
        public void deleted(String layer, int count) {
            measured().deleted(layer, count);
        }

        @Override
        public void drilled(String layer, DrillRecord record) {
            measured().drilled(layer, record);
            context.event(
                    record.isGood() ? HaEvent.Kind.BACKUP_PROVEN : HaEvent.Kind.BACKUP_NOT_PROVEN,
                    layer,
                    record.source() + ": " + record.outcome() + " by the backup " + record.backup()
                            + (record.index() == 0
                                    ? ""
                                    : " up to entry " + record.index() + " of the log " + record.logId())
                            + ": " + record.detail());
        }

        @Override
        public void failed(String layer, Job what, Job.Fault fault, String reason) {
            measured().failed(layer, what.getClass().getSimpleName(), fault.name());
            if (what instanceof Job.Make make && fault != Job.Fault.CANCELLED) {
                context.event(HaEvent.Kind.BACKUP_FAILED, make.source(), reason);
            }
        }

        @Override
        public void rested(String layer, long nanos) {
            measured().rested(layer, nanos);
        }

        @Override
        public void raised(Alert alert) {
            context.event(HaEvent.Kind.BACKUP_ALERT, alert.kind() + " " + alert.subject(), alert.detail());
        }

        @Override
        public void cleared(Alert alert) {
            context.event(HaEvent.Kind.BACKUP_ALERT_OVER, alert.kind() + " " + alert.subject(), "");
        }

        @Override
        public void standing(List<Alert> alerts) {
            tellLoad();
            if (!alerts.equals(told)) {
                told = alerts;
                String detail = alerts.stream()
                        .limit(MOST_IN_DETAIL)
                        .map(BackupNode::describe)
                        .collect(Collectors.joining("; "));
                context.clusterHealth(HEALTH, alerts.isEmpty() ? Health.UP : Health.DEGRADED, detail);
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to the driver
        public void handOver(String reason) {
            FeatureContext.Standing stands = standing;
            if (stands == null) {
                driver().notHandedOver("it does not stand for the role yet");
                return;
            }
            stands.handOver("").whenComplete((holder, failure) -> {
                if (failure != null) {
                    driver().notHandedOver(String.valueOf(failure.getMessage()));
                }
            });
        }
    }
}
