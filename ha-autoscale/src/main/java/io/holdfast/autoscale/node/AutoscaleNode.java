package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.autoscale.ScalingStatus;
import io.holdfast.autoscale.decide.SizingConfig;
import io.holdfast.autoscale.fleet.FleetEffect;
import io.holdfast.core.Explanation;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.RunningFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scaling on a running node. */
public final class AutoscaleNode implements RunningFeature, ScalingService, Inspectable {
    private static final Logger LOG = LoggerFactory.getLogger(AutoscaleNode.class);
    private static final String HEALTH = "autoscale";

    private final AutoscaleSettings settings;
    private final FeatureContext context;
    private final DecisionLog decisions;
    private final NodeSide own;
    private final ScaleCommands commands;
    private final OpenAnswers open;
    private final String targetName;
    private final Worker loadThread;
    private final Worker thread;
    private @Nullable LoadSampler sampler;
    private @Nullable AutoscaleDriver driver;
    private @Nullable Deciding deciding;
    private @Nullable AutoscaleMeters meters;
    private volatile DriverView view = DriverView.NOTHING;
    private String told = ""; // of the driver's thread

    /** Does nothing before it is opened. */
    public AutoscaleNode(AutoscaleSettings settings, FeatureContext context) {
        this.settings = settings;
        this.context = context;
        this.decisions = new DecisionLog(context.node().id());
        this.loadThread = context.runtime().newWorker("scaling-load");
        this.thread = context.runtime().newWorker("scaling");
        this.open = new OpenAnswers(context.node().id(), context.runtime().loop());
        this.targetName = settings.target().name();
        this.own = new NodeSide(
                context.node().id(),
                context::control,
                context.runtime().clock(),
                loadThread,
                () -> {
                    LoadSampler running = sampler;
                    return running == null ? -1 : running.inFlightNow();
                },
                () -> {
                    Deciding who = deciding;
                    return who == null ? Optional.empty() : who.announced();
                },
                open);
        this.commands = new ScaleCommands(context, this, own);
    }

    @Override
    public void open() {
        Membership membership = context.membership();
        if (membership == null) {
            throw new IllegalStateException("the node " + context.node().id()
                    + " is to scale with the load of all nodes, and nothing tells it who they are; add"
                    + " .with(GossipMembership.seeds(...))");
        }
        ReplicatedState state = context.replicatedState();
        Deciding who = new Deciding(context, state);
        deciding = who;
        sampler = new LoadSampler(context, membership, loadThread, settings, own::drains);
        driver = new AutoscaleDriver(
                context, settings, membership, state, who, own, targetName, thread, open, new Listener());
        meters = new AutoscaleMeters(
                context.meters(), context.clusterName(), context.node().id(), () -> view);
        if (state == null) {
            LOG.warn(
                    "{}: no log is replicated here, so that what was decided is forgotten when another node decides;"
                            + " it then waits for all pauses anew",
                    context.node().id());
        }
    }

    @Override
    public void start() {
        LoadSampler sampling = sampler;
        AutoscaleDriver driving = driver;
        Deciding who = deciding;
        if (sampling == null || driving == null || who == null) {
            throw new IllegalStateException("it has not been opened");
        }
        who.start();
        sampling.start();
        driving.start();
        context.ready(
                true, ""); // a node serves whether or not the cluster can grow; what is wrong with that, health says
    }

    @Override
    public void stop(Runnable stopped) {
        LoadSampler sampling = sampler;
        if (sampling != null) {
            sampling.stop();
        }
        stopped.run();
    }

    @Override
    public void close() {
        open.close();
        AutoscaleDriver driving = driver;
        if (driving != null) {
            driving.close();
        }
        thread.close();
        loadThread.close();
        AutoscaleMeters measured = meters;
        if (measured != null) {
            measured.close();
        }
    }

    @Override
    public ScalingStatus status() {
        DriverView now = view;
        SizingConfig sizing = settings.scaler().sizing();
        SortedMap<String, String> nodes = new TreeMap<>();
        now.standings()
                .forEach((node, standing) -> nodes.put(node, standing.stage().name()));
        return new ScalingStatus(
                now.token() != null,
                now.state().wanted(),
                sizing.min(),
                sizing.max(),
                now.token() != null && acts() && now.pausedBy().isEmpty(),
                now.pausedBy(),
                nodes,
                now.action(),
                now.waitsFor(),
                now.trouble().isEmpty() ? now.recordTrouble() : now.trouble());
    }

    private boolean acts() {
        return !settings.scaler().dryRun()
                && !settings.scaler().fleet().target().recommendOnly();
    }

    @Override
    public List<ScalingDecision> decisions() {
        return decisions.all();
    }

    @Override
    public CompletableFuture<Void> pause(String by) {
        if (by.isBlank()) {
            throw new IllegalArgumentException("who pauses scaling, and why, is shown to others; it must not be empty");
        }
        return pausing(by);
    }

    @Override
    public CompletableFuture<Void> resume() {
        return pausing("");
    }

    private CompletableFuture<Void> pausing(String by) {
        if (open.isClosed()) { // callbacks may have ended, too
            return CompletableFuture.failedFuture(open.stopped());
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        CompletionStage<?> unused = pausedOrAsked(by, true).whenComplete((done, failure) -> {
            try {
                context.callbacks().execute(() -> {
                    if (failure == null) {
                        answer.complete(null);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException ended) {
                answer.completeExceptionally(ended);
            }
        });
        return answer;
    }

    /** @param mayAsk true to have the node that decides do it, if this one does not */
    CompletableFuture<Map<String, Object>> pausedOrAsked(String by, boolean mayAsk) {
        AutoscaleDriver driving = driver;
        Deciding who = deciding;
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        if (driving == null || who == null) {
            answer.completeExceptionally(
                    new NotAvailableException(context.node().id() + " has not been started"));
            return answer;
        }
        CompletionStage<?> unused = driving.pause(by).whenComplete((here, failure) -> {
            String decides = who.who().orElse("");
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (here) {
                answer.complete(Map.of("node", context.node().id(), "pausedBy", by));
            } else if (!mayAsk
                    || decides.isEmpty()
                    || decides.equals(context.node().id())) {
                answer.completeExceptionally(new NotAvailableException(context.node()
                                .id()
                        + " does not decide on scaling now" + (decides.isEmpty() ? "" : ", " + decides + " does")
                        + "; try again, or ask another node"));
            } else {
                commands.passOnPause(decides, by, answer);
            }
        });
        return answer;
    }

    /** Which other node decides, as far as this one knows; empty if this one does, or nobody is known. */
    String decidesElsewhere() {
        Deciding who = deciding;
        return who == null
                ? ""
                : who.who().filter(id -> !id.equals(context.node().id())).orElse("");
    }

    @Override
    public Inspectable inspectable() {
        return this;
    }

    @Override
    public List<OperatorCommand> operatorCommands() {
        return commands.commands();
    }

    @Override
    public Map<String, Object> inspect() {
        DriverView now = view;
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("decides", now.token() != null);
        all.put("min", settings.scaler().sizing().min());
        all.put("max", settings.scaler().sizing().max());
        all.put("target", targetName);
        all.put("recordTrouble", now.recordTrouble());
        if (now.token() != null) {
            all.put("wanted", now.state().wanted());
            all.put("acts", acts() && now.pausedBy().isEmpty());
            all.put("pausedBy", now.pausedBy());
            Map<String, Object> nodes = new LinkedHashMap<>();
            now.standings()
                    .forEach(
                            (node, standing) -> nodes.put(node, standing.stage().name()));
            all.put("nodes", nodes);
            all.put("action", now.action());
            all.put("waitsFor", now.waitsFor());
            all.put("trouble", now.trouble());
        }
        return all;
    }

    @Override
    public List<Explanation.Finding> explain() {
        DriverView now = view;
        if (!now.recordTrouble().isEmpty()) {
            return List.of(new Explanation.Finding(
                    "scaling",
                    Explanation.State.BROKEN,
                    "nothing is decided: " + now.recordTrouble(),
                    "the record in the log can be read and kept"));
        }
        if (now.token() == null) {
            return List.of();
        }
        Explanation.State state = !now.trouble().isEmpty()
                ? Explanation.State.BROKEN
                : now.waitsFor().isEmpty() ? Explanation.State.OK : Explanation.State.WAITING;
        Optional<ScalingDecision> last = decisions.all().stream().reduce((first, second) -> second);
        return List.of(new Explanation.Finding(
                "scaling",
                state,
                now.state().wanted() + " nodes are wanted"
                        + (now.pausedBy().isEmpty() ? "" : "; it is paused by " + now.pausedBy())
                        + (acts() ? "" : "; nothing is done about it, only shown")
                        + (now.trouble().isEmpty() ? "" : "; the target fails: " + now.trouble())
                        + (now.action().isEmpty() ? "" : "; " + now.action())
                        + last.map(decision -> "; " + decision.reason()).orElse(""),
                now.waitsFor()));
    }

    /** Whoever decides next goes on from what is in the log. */
    @Override
    public SafeToStop safeToStop(String nodeId) {
        return SafeToStop.yes(nodeId);
    }

    private final class Listener implements AutoscaleDriver.Listener {
        @Override
        public void changedHands() {
            decisions.clear();
        }

        @Override
        public void decided(ScalingDecision decision) {
            decisions.add(decision);
            AutoscaleMeters measured = meters;
            if (measured != null) {
                measured.decided(decision);
            }
            if (decision.isChange() && decision.applied()) {
                LOG.info(
                        "{}: {} nodes are wanted instead of {}: {}",
                        context.node().id(),
                        decision.to(),
                        decision.from(),
                        decision.reason());
                context.event(HaEvent.Kind.SCALING_DECIDED, Integer.toString(decision.to()), decision.reason());
            }
        }

        @Override
        public void told(FleetEffect.Tell what) {
            AutoscaleMeters measured = meters;
            if (measured != null) {
                measured.told(what);
            }
            switch (what.kind()) {
                case ADDED -> {
                    LOG.info("{}: {}: {}", context.node().id(), what.node(), what.detail());
                    context.event(HaEvent.Kind.NODE_ADDED, what.node(), what.detail());
                }
                case REMOVED -> {
                    LOG.info("{}: {}: {}", context.node().id(), what.node(), what.detail());
                    context.event(HaEvent.Kind.NODE_REMOVED, what.node(), what.detail());
                }
                case FAILED -> {
                    LOG.warn("{}: {}: {}", context.node().id(), what.node(), what.detail());
                    context.event(HaEvent.Kind.SCALING_FAILED, what.node(), what.detail());
                }
            }
        }

        @Override
        public void standing(DriverView now) {
            view = now;
            String trouble = !now.recordTrouble().isEmpty()
                    ? "nothing is decided: " + now.recordTrouble()
                    : now.trouble().isEmpty() ? "" : "the target " + targetName + " fails: " + now.trouble();
            if (!trouble.equals(told)) {
                told = trouble;
                context.clusterHealth(HEALTH, told.isEmpty() ? Health.UP : Health.DEGRADED, told);
            }
        }
    }
}
