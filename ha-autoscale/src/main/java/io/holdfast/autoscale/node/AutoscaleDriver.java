package io.holdfast.autoscale.node;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.fleet.FleetEffect;
import io.holdfast.autoscale.fleet.FleetInput;
import io.holdfast.autoscale.fleet.Moment;
import io.holdfast.autoscale.fleet.RecordCodec;
import io.holdfast.autoscale.fleet.Scaler;
import io.holdfast.autoscale.fleet.ScalerEffect;
import io.holdfast.autoscale.fleet.ScalingRecord;
import io.holdfast.autoscale.fleet.Sighting;
import io.holdfast.core.Address;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Member;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
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
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(3);
    private static final Duration VOTE_LIMIT = Duration.ofSeconds(30);

    /** What others are told. Called on the driver's thread. */
    interface Listener {
        void decides(boolean is);

        void decided(ScalingDecision decision);

        void told(FleetEffect.Tell what);

        void standing(DriverView view);
    }

    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final ScalingTarget target;
    private final Membership membership;
    private final @Nullable ReplicatedState state;
    private final Deciding deciding;
    private final NodeSide own;
    private final Listener listener;
    private final Worker thread;
    private final Worker targetThread;
    private volatile boolean closed;

    // What follows belongs to the driver's thread.
    private final Scaler scaler;
    private @Nullable RecordKeeper keeper;
    private @Nullable FencingToken token;
    /** Rises with each grant and each end: what is answered under an earlier one is nobody's. */
    private long generation;

    private boolean begun;
    private long readAgainAt;

    AutoscaleDriver(
            FeatureContext context,
            AutoscaleSettings settings,
            Membership membership,
            @Nullable ReplicatedState state,
            Deciding deciding,
            NodeSide own,
            Worker thread,
            Listener listener) {
        this.context = context;
        this.runtime = context.runtime();
        this.target = settings.target();
        this.membership = membership;
        this.state = state;
        this.deciding = deciding;
        this.own = own;
        this.listener = listener;
        this.thread = thread;
        this.targetThread = runtime.newWorker("scaling-target");
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
                thread.execute(this::tick);
                schedule();
            }
        });
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
        if (holds != null && token == null && runtime.clock().nanoTime() - readAgainAt >= 0) {
            begin(holds);
        }
        if (begun) {
            run(scaler.tick(now(), sightings()));
            view();
        }
    }

    private void view() {
        listener.standing(DriverView.of(token, scaler));
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
        LOG.info("{}: decides on the scaling of {} with token {}", name(), context.clusterName(), granted);
        listener.decides(true);
        if (log == null) {
            begun = true;
            run(scaler.granted(now(), granted, Optional.empty(), ""));
            return;
        }
        RecordKeeper kept = new RecordKeeper(log);
        keeper = kept;
        answer(
                kept.read(),
                found -> {
                    Optional<ScalingRecord> record;
                    try {
                        record = found.map(RecordCodec::decode);
                    } catch (IllegalArgumentException unreadable) {
                        failed("the record of scaling in the log cannot be read, and nothing is decided", unreadable);
                        return;
                    }
                    begun = true;
                    run(scaler.granted(now(), granted, record, log.logId().orElse("")));
                },
                failure -> failed("the record of scaling cannot be read from the log, and is again", failure));
    }

    private void failed(String what, Throwable failure) {
        LOG.warn("{}: {}", name(), what, failure);
        end(what);
    }

    private void end(String reason) {
        if (token != null) {
            LOG.info("{}: no longer decides on the scaling of {}: {}", name(), context.clusterName(), reason);
        }
        token = null;
        keeper = null;
        generation++;
        begun = false;
        readAgainAt = runtime.clock().nanoTime() + AGAIN_NANOS;
        scaler.ended();
        listener.decides(false);
        view();
    }

    private String name() {
        return context.node().id();
    }

    private void run(List<ScalerEffect> effects) {
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
        if (kept == null) {
            scaler.saved(); // without a log nothing outlasts this node
            return;
        }
        byte[] bytes = RecordCodec.encode(record);
        answer(
                kept.keep(bytes),
                was -> {
                    if (was) {
                        scaler.saved();
                        view();
                    } else {
                        end("another node has decided since, or this one cannot tell; it reads the record again");
                    }
                },
                failure -> failed("what was decided could not be kept in the log", failure));
    }

    private void act(FleetEffect effect) {
        FencingToken holds = token;
        if (holds == null) {
            return;
        }
        if (effect instanceof FleetEffect.Look) {
            onTarget(
                    () -> {
                        List<Instance> found = target.instances();
                        return new FleetInput.Looked(found);
                    },
                    (reason, lasting) -> new FleetInput.NotLooked(reason));
        } else if (effect instanceof FleetEffect.Start start) {
            String action = start.growth().action();
            LOG.info(
                    "{}: {} has {} started, for {} in all",
                    name(),
                    action,
                    start.growth().nodes().isEmpty() ? "nodes" : start.growth().nodes(),
                    start.growth().size());
            onTarget(
                    () -> {
                        target.start(new StartOrder(
                                action,
                                holds,
                                start.growth().nodes(),
                                start.growth().size()));
                        return new FleetInput.Started(action);
                    },
                    (reason, lasting) -> new FleetInput.NotStarted(action, lasting, reason));
        } else if (effect instanceof FleetEffect.Stop stop) {
            LOG.info("{}: {} has {} stopped", name(), stop.action(), stop.node());
            onTarget(
                    () -> {
                        target.stop(new StopOrder(stop.action(), holds, stop.node(), stop.size()));
                        return new FleetInput.Stopped(stop.action());
                    },
                    (reason, lasting) -> new FleetInput.NotStopped(stop.action(), lasting, reason));
        } else if (effect instanceof FleetEffect.Drain drain) {
            ask(
                    drain.node(),
                    NodeSide.DRAIN,
                    Map.of("is", Boolean.toString(drain.is()), "token", Long.toString(holds.value())),
                    said -> new FleetInput.Draining(
                            drain.node(),
                            Boolean.TRUE.equals(said.get("draining")),
                            number(said.get("forMillis"), 0).longValue(),
                            number(said.get("inFlight"), -1).doubleValue()));
        } else if (effect instanceof FleetEffect.MoveVote move) {
            moveVote(move);
        } else if (effect instanceof FleetEffect.Leave leave) {
            leave(leave.node(), holds);
        } else if (effect instanceof FleetEffect.Tell tell) {
            listener.told(tell);
        } else {
            throw new IllegalStateException("not an effect of the fleet: " + effect);
        }
    }

    private static Number number(@Nullable Object said, Number otherwise) {
        return said instanceof Number number ? number : otherwise;
    }

    @FunctionalInterface
    private interface TargetCall {
        FleetInput call() throws ScalingTargetException, InterruptedException;
    }

    @FunctionalInterface
    private interface TargetFailure {
        FleetInput of(String reason, boolean lasting);
    }

    private void onTarget(TargetCall call, TargetFailure failure) {
        long of = generation;
        targetThread.execute(() -> {
            FleetInput heard;
            try {
                heard = call.call();
            } catch (ScalingTargetException failed) {
                heard = failure.of(describe(failed), failed.isLasting());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                heard = failure.of("it was interrupted", false);
            } catch (RuntimeException failed) { // the target may be the user's
                LOG.warn("{}: the target {} failed", name(), target.name(), failed);
                heard = failure.of(failed.toString(), false);
            }
            FleetInput came = heard;
            thread.execute(() -> hear(of, came));
        });
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    private void hear(long of, FleetInput input) {
        if (of == generation && begun) {
            run(scaler.hear(now(), input));
        }
    }

    private void ask(
            String node,
            String command,
            Map<String, String> arguments,
            Function<Map<String, Object>, FleetInput> understood) {
        CompletionStage<Map<String, Object>> asked;
        Address address = membership.members().find(node).map(Member::address).orElse(null);
        if (node.equals(name())) {
            asked = command.equals(NodeSide.DRAIN) ? own.drain(arguments) : own.leave(arguments);
        } else if (address == null) {
            hearLater(new FleetInput.NotAsked(node, "nobody knows where it is reached"));
            return;
        } else {
            asked = context.ask(node, address, command, arguments, ASK_LIMIT);
        }
        answer(
                asked,
                said -> hear(generation, understood.apply(said)),
                failure -> hear(generation, new FleetInput.NotAsked(node, describe(failure))));
    }

    private void hearLater(FleetInput input) {
        long of = generation;
        thread.execute(() -> hear(of, input));
    }

    private void moveVote(FleetEffect.MoveVote move) {
        ReplicatedState log = state;
        if (log == null) {
            hearLater(new FleetInput.VoteNotMoved(move.from(), true, "nothing here knows of votes"));
            return;
        }
        LOG.info("{}: the vote of {} is to go to {}", name(), move.from(), move.to());
        answer(
                log.moveVote(move.from(), move.to(), VOTE_LIMIT, "scaling"),
                moved -> hear(generation, new FleetInput.VoteMoved(move.from())),
                failure -> hear(
                        generation,
                        new FleetInput.VoteNotMoved(
                                move.from(), failure instanceof ChangeRefusedException, describe(failure))));
    }

    /** Only if nobody minds at this moment; else it is tried again. */
    private void leave(String node, FencingToken holds) {
        answer(
                context.control().safeToStop(node),
                safe -> {
                    if (safe.safe()) {
                        ask(
                                node,
                                NodeSide.LEAVE,
                                Map.of("token", Long.toString(holds.value())),
                                said -> left(node, said));
                    } else {
                        hear(generation, new FleetInput.NotSafe(node, notSafe(safe)));
                    }
                },
                failure -> hear(generation, new FleetInput.NotAsked(node, describe(failure))));
    }

    private static FleetInput left(String node, Map<String, Object> said) {
        if (Boolean.TRUE.equals(said.get("leaving"))) {
            return new FleetInput.Leaving(node);
        }
        return Boolean.FALSE.equals(said.get("draining"))
                ? new FleetInput.Draining(node, false, 0, -1)
                : new FleetInput.NotLeaving(node, String.valueOf(said.get("reason")));
    }

    private static String notSafe(SafeToStop answer) {
        return "it is not safe to stop it: " + String.join("; ", answer.reasons());
    }

    /** What comes of it is heard on the driver's thread, if it is for this grant still. */
    private <T> void answer(CompletionStage<T> asked, Consumer<T> then, Consumer<Throwable> otherwise) {
        long of = generation;
        CompletionStage<?> unused = asked.whenComplete((value, failure) -> thread.execute(() -> {
            if (of != generation || closed) {
                return;
            }
            if (failure == null) {
                then.accept(value);
            } else {
                otherwise.accept(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        }));
    }

    /** See {@code ScalingService}; the future's consumer hears whether this node decides. */
    void pause(String by, Consumer<Boolean> done) {
        thread.execute(() -> {
            if (begun) {
                scaler.pause(by);
            }
            done.accept(begun);
            if (begun) {
                run(scaler.tick(now(), sightings()));
                view();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        targetThread.close();
    }
}
