package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.fleet.FleetEffect;
import io.holdfast.autoscale.fleet.FleetInput;
import io.holdfast.autoscale.fleet.FleetState;
import io.holdfast.autoscale.fleet.Moment;
import io.holdfast.autoscale.fleet.RecordCodec;
import io.holdfast.autoscale.fleet.Scaler;
import io.holdfast.autoscale.fleet.ScalerEffect;
import io.holdfast.autoscale.fleet.ScalingRecord;
import io.holdfast.autoscale.fleet.Sighting;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has done what the {@link Scaler} says, while this node decides. The scaler runs on a thread of its own, since the target and the load's
 * sources are the user's, and the target on another one, which may hang without holding up anything but itself. Methods are safe from any
 * thread.
 */
final class AutoscaleDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AutoscaleDriver.class);
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** After something was kept or answered. Not at once: what should go round does not fill the log. */
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Longer than any answer of the log may take: one that comes later has been lost. */
    private static final long LOG_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(25);

    private static final long PAUSE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What others are told. Called on the driver's thread. */
    interface Listener {
        /** This node decides from now on, or no longer. */
        void changedHands();

        void decided(ScalingDecision decision);

        void told(FleetEffect.Tell what);

        void standing(DriverView view);
    }

    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final Membership membership;
    private final @Nullable ReplicatedState state;
    private final Deciding deciding;
    private final Listener listener;
    private final Worker thread;
    private final Actions actions;
    private final OpenAnswers open;
    private final AtomicBoolean ticks = new AtomicBoolean();
    private final AtomicBoolean soon = new AtomicBoolean();
    private volatile boolean closed;
    /** The action that is to stop a node now; empty if none is. */
    private volatile String stops = "";

    // What follows belongs to the driver's thread.
    private final Scaler scaler;
    private @Nullable RecordKeeper keeper;
    private @Nullable FencingToken token;
    /** Under which it would decide, if it could: what was wrong with the record under another one does not count. */
    private @Nullable FencingToken held;
    /** Rises with each grant and each end: what is answered under an earlier one is nobody's. */
    private long generation;

    private boolean begun;
    private boolean asksLog;
    private long askedLogAt;
    private long readAgainAt;
    private final RecordTrouble trouble = new RecordTrouble();
    private final PauseAnswers pauses = new PauseAnswers();

    AutoscaleDriver(
            FeatureContext context,
            AutoscaleSettings settings,
            Membership membership,
            @Nullable ReplicatedState state,
            Deciding deciding,
            NodeSide own,
            String targetName,
            Worker thread,
            OpenAnswers open,
            Listener listener) {
        this.context = context;
        this.runtime = context.runtime();
        this.membership = membership;
        this.state = state;
        this.deciding = deciding;
        this.listener = listener;
        this.thread = thread;
        this.open = open;
        this.actions = new Actions(context, settings.target(), targetName, membership, state, own, thread);
        this.scaler = new Scaler(settings.scaler());
        this.readAgainAt = runtime.clock().nanoTime();
    }

    /** On the loop. */
    void start() {
        schedule();
    }

    private void schedule() {
        runtime.loop().schedule(TICK_NANOS, () -> {
            if (!closed) {
                post();
                schedule();
            }
        });
    }

    /** A policy that hangs holds up one of them, not each. */
    private void post() {
        if (!closed && ticks.compareAndSet(false, true)) {
            thread.execute(() -> {
                ticks.set(false);
                tick();
            });
        }
    }

    /** What follows on what was kept or answered does not wait for the next second: a node that goes would need nine of them. */
    private void soon() {
        if (soon.compareAndSet(false, true)) {
            runtime.loop().schedule(SOON_NANOS, () -> {
                soon.set(false);
                post();
            });
        }
    }

    private Moment now() {
        return new Moment(runtime.clock().nanoTime(), runtime.clock().wallMillis());
    }

    private void tick() {
        if (closed) {
            return;
        }
        FencingToken holds = deciding.token().orElse(null);
        FencingToken known = token;
        if (known != null && !known.equals(holds)) {
            end("another node decides, or none");
        }
        if (!Objects.equals(holds, held)) {
            held = holds;
            trouble.isOver(); // or the next one's
            view();
        }
        if (asksLog && runtime.clock().nanoTime() - askedLogAt >= LOG_LIMIT_NANOS) {
            failed(
                    "the log did not answer",
                    new NotAvailableException(
                            "no answer came within " + TimeUnit.NANOSECONDS.toSeconds(LOG_LIMIT_NANOS) + " s"));
        }
        if (holds != null && token == null && runtime.clock().nanoTime() - readAgainAt >= 0) {
            begin(holds);
        }
        if (begun) {
            run(scaler.tick(now(), sightings()));
            view();
        }
    }

    private void view() {
        listener.standing(DriverView.of(token, scaler, trouble.reason()));
    }

    private List<Sighting> sightings() {
        return membership.members().all().stream()
                .filter(member -> !member.node().isClient())
                .map(member -> new Sighting(
                        member.id(),
                        member.state(),
                        member.facts().role(),
                        member.node().zone(),
                        member.facts().draining(),
                        member.facts().load()))
                .toList();
    }

    private void begin(FencingToken granted) {
        token = granted;
        generation++;
        ReplicatedState log = state;
        if (trouble.reason().isEmpty()) { // else it tries again, and has said so
            LOG.info("{}: decides on the scaling of {} with token {}", name(), context.clusterName(), granted);
        }
        listener.changedHands();
        if (log == null) {
            begun = true;
            run(scaler.granted(now(), granted, Optional.empty(), ""));
            return;
        }
        RecordKeeper kept = new RecordKeeper(log);
        keeper = kept;
        answerOfLog(
                kept::read,
                found -> {
                    Optional<ScalingRecord> record;
                    try {
                        record = found.map(RecordCodec::decode);
                    } catch (IllegalArgumentException unreadable) {
                        failed("the record of scaling in the log cannot be read", unreadable);
                        return;
                    }
                    begun = true;
                    run(scaler.granted(now(), granted, record, log.logId().orElse("")));
                },
                failure -> failed("the record of scaling cannot be read from the log", failure));
    }

    /** It begins again by reading the record, after a pause that grows. */
    private void failed(String what, Throwable failure) {
        String reason = what + ": " + Actions.describe(failure);
        boolean news = trouble.failed(reason);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(trouble.pauseNanos());
        if (news) {
            LOG.warn("{}: {}; nothing is decided, and it is tried again in {} s", name(), what, seconds, failure);
        } else {
            LOG.debug("{}: {}; it is tried again in {} s", name(), reason, seconds);
        }
        end(reason, trouble.pauseNanos(), news);
    }

    private void end(String reason) {
        end(reason, AGAIN_NANOS, true);
    }

    private void end(String reason, long againNanos, boolean news) {
        if (token != null && news) {
            LOG.info("{}: no longer decides on the scaling of {}: {}", name(), context.clusterName(), reason);
        }
        token = null;
        stops = "";
        keeper = null;
        generation++;
        begun = false;
        asksLog = false;
        readAgainAt = runtime.clock().nanoTime() + againNanos;
        scaler.ended();
        pauses.ended(name(), reason);
        listener.changedHands();
        view();
    }

    private String name() {
        return context.node().id();
    }

    private void run(List<ScalerEffect> effects) {
        stops = scaler.state()
                .going()
                .filter(going -> going.phase() == FleetState.Phase.STOP)
                .map(FleetState.Going::action)
                .orElse("");
        for (ScalerEffect effect : effects) {
            if (effect instanceof ScalerEffect.Save save) {
                save(save.what());
            } else if (effect instanceof ScalerEffect.Act act) {
                act(act.what());
            } else if (effect instanceof ScalerEffect.Decided decided) {
                listener.decided(decided.what());
            } else {
                throw new IllegalStateException("not an effect of the scaler: " + effect);
            }
        }
    }

    private void save(ScalingRecord record) {
        RecordKeeper kept = keeper;
        pauses.saving(record.pausedBy());
        if (kept == null) {
            scaler.saved(); // without a log nothing outlasts this node
            pauses.saved();
            soon();
            return;
        }
        byte[] bytes = RecordCodec.encode(record);
        answerOfLog(
                () -> kept.keep(bytes),
                was -> {
                    if (was) {
                        scaler.saved();
                        pauses.saved();
                        if (!trouble.reason().isEmpty()) {
                            LOG.info("{}: the record of scaling is kept in the log again", name());
                            trouble.isOver();
                        }
                        view();
                        soon();
                    } else {
                        end("another node has decided since, or this one cannot tell; it reads the record again");
                    }
                },
                failure -> failed("what was decided could not be kept in the log", failure));
    }

    private void act(FleetEffect effect) {
        FencingToken holds = token;
        long of = generation;
        if (holds == null) {
            return;
        }
        if (effect instanceof FleetEffect.Tell tell) {
            listener.told(tell);
        } else {
            actions.act(
                    effect,
                    holds,
                    () -> !closed
                            && deciding.token().filter(holds::equals).isPresent()
                            && (!(effect instanceof FleetEffect.Stop stop)
                                    || stop.action().equals(stops)),
                    came -> thread.execute(() -> hear(of, came)));
        }
    }

    private void hear(long of, FleetInput input) {
        if (of == generation && begun && !closed) {
            run(scaler.hear(now(), input));
            soon();
        }
    }

    /** What the log is asked, one thing at a time, is heard on the driver's thread, if it is for this grant still. */
    private <T> void answerOfLog(Supplier<CompletionStage<T>> asking, Consumer<T> then, Consumer<Throwable> otherwise) {
        asksLog = true;
        askedLogAt = runtime.clock().nanoTime();
        long of = generation;
        CompletionStage<?> unused = asking.get()
                .whenComplete((value, failure) -> thread.execute(() -> {
                    if (of != generation || closed) {
                        return;
                    }
                    asksLog = false;
                    if (failure == null) {
                        then.accept(value);
                    } else {
                        otherwise.accept(Actions.cause(failure));
                    }
                }));
    }

    /**
     * See {@code ScalingService}.
     *
     * @return true when it is kept; false if this node does not decide; with {@link NotAvailableException} if it ceased to, or ten seconds
     *     have passed
     */
    CompletableFuture<Boolean> pause(String by) {
        CompletableFuture<Boolean> answer = open.open(
                PAUSE_LIMIT_NANOS,
                late -> late.completeExceptionally(new NotAvailableException(name()
                        + " has not kept it within 10 s: the log or a policy does not answer; whether it will be is not"
                        + " known, so do it again")));
        thread.execute(() -> {
            if (answer.isDone()) {
                return;
            }
            if (!begun) {
                answer.complete(false);
                return;
            }
            scaler.pause(by);
            pauses.ask(by, answer);
            run(scaler.tick(now(), sightings()));
            view();
        });
        return answer;
    }

    @Override
    public void close() {
        closed = true;
        actions.close();
    }
}
