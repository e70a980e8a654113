package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.fleet.FleetEffect;
import io.holdfast.autoscale.fleet.FleetInput;
import io.holdfast.core.Address;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Member;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has done what the fleet says: by the target, by other nodes, by the log. Safe from any thread. */
final class Actions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(3);
    private static final Duration VOTE_LIMIT = Duration.ofSeconds(30);

    private final FeatureContext context;
    private final ScalingTarget target;
    private final TargetCalls targetCalls;
    private final Membership membership;
    private final @Nullable ReplicatedState state;
    private final NodeSide own;
    private final Executor thread;

    /** @param thread where it goes on when something has been answered */
    Actions(
            FeatureContext context,
            ScalingTarget target,
            String targetName,
            Membership membership,
            @Nullable ReplicatedState state,
            NodeSide own,
            Executor thread) {
        this.context = context;
        this.target = target;
        this.targetCalls = new TargetCalls(
                context.node().id(), targetName, context.runtime().newWorker("scaling-target"));
        this.membership = membership;
        this.state = state;
        this.own = own;
        this.thread = thread;
    }

    private String name() {
        return context.node().id();
    }

    /**
     * Does that, or has it done.
     *
     * @param still whether it is still to be done; asked again before what takes its time is begun; safe from any thread
     * @param heard is given what came of it, on any thread
     */
    void act(FleetEffect effect, FencingToken holds, BooleanSupplier still, Consumer<FleetInput> heard) {
        if (effect instanceof FleetEffect.Look) {
            targetCalls.call(
                    still,
                    () -> new FleetInput.Looked(TargetCalls.checked(target.instances())),
                    (reason, lasting) -> new FleetInput.NotLooked(reason),
                    heard);
        } else if (effect instanceof FleetEffect.Start start) {
            String action = start.growth().action();
            LOG.info(
                    "{}: {} has {} started, for {} in all",
                    name(),
                    action,
                    start.growth().nodes().isEmpty() ? "nodes" : start.growth().nodes(),
                    start.growth().size());
            targetCalls.call(
                    still,
                    () -> {
                        target.start(new StartOrder(
                                action,
                                holds,
                                start.growth().nodes(),
                                start.growth().size()));
                        return new FleetInput.Started(action);
                    },
                    (reason, lasting) -> new FleetInput.NotStarted(action, lasting, reason),
                    heard);
        } else if (effect instanceof FleetEffect.Stop stop) {
            LOG.info("{}: {} has {} stopped", name(), stop.action(), stop.node());
            targetCalls.call(
                    still,
                    () -> {
                        target.stop(new StopOrder(stop.action(), holds, stop.node(), stop.size()));
                        return new FleetInput.Stopped(stop.action());
                    },
                    (reason, lasting) -> new FleetInput.NotStopped(stop.action(), lasting, reason),
                    heard);
        } else if (effect instanceof FleetEffect.Drain drain) {
            ask(
                    drain.node(),
                    NodeSide.DRAIN,
                    Map.of("is", Boolean.toString(drain.is()), "token", Long.toString(holds.value())),
                    said -> new FleetInput.Draining(
                            drain.node(),
                            Boolean.TRUE.equals(said.get("draining")),
                            number(said.get("forMillis"), 0).longValue(),
                            number(said.get("inFlight"), -1).doubleValue()),
                    heard);
        } else if (effect instanceof FleetEffect.MoveVote move) {
            moveVote(move, heard);
        } else if (effect instanceof FleetEffect.Leave leave) {
            leave(leave.node(), holds, still, heard);
        } else {
            throw new IllegalStateException("not something to be done: " + effect);
        }
    }

    private static Number number(@Nullable Object said, Number otherwise) {
        return said instanceof Number number ? number : otherwise;
    }

    private void ask(
            String node,
            String command,
            Map<String, String> arguments,
            Function<Map<String, Object>, FleetInput> understood,
            Consumer<FleetInput> heard) {
        Address address = membership.members().find(node).map(Member::address).orElse(null);
        if (address == null && !node.equals(name())) {
            heard.accept(new FleetInput.NotAsked(node, "nobody knows where it is reached"));
            return;
        }
        answer(
                () -> address == null || node.equals(name())
                        ? command.equals(NodeSide.DRAIN) ? own.drain(arguments) : own.leave(arguments)
                        : context.ask(node, address, command, arguments, ASK_LIMIT),
                said -> heard.accept(understood.apply(said)),
                failure -> heard.accept(new FleetInput.NotAsked(node, describe(failure))));
    }

    private void moveVote(FleetEffect.MoveVote move, Consumer<FleetInput> heard) {
        ReplicatedState log = state;
        if (log == null) {
            heard.accept(new FleetInput.VoteNotMoved(move.from(), true, "nothing here knows of votes"));
            return;
        }
        LOG.info("{}: the vote of {} is to go to {}", name(), move.from(), move.to());
        answer(
                () -> log.moveVote(move.from(), move.to(), VOTE_LIMIT, "scaling"),
                moved -> heard.accept(new FleetInput.VoteMoved(move.from())),
                failure -> heard.accept(new FleetInput.VoteNotMoved(
                        move.from(), failure instanceof ChangeRefusedException, describe(failure))));
    }

    /** Only if nobody minds at this moment; else it is tried again. */
    private void leave(String node, FencingToken holds, BooleanSupplier still, Consumer<FleetInput> heard) {
        answer(
                () -> context.control().safeToStop(node),
                safe -> {
                    if (!still.getAsBoolean()) {
                        heard.accept(new FleetInput.NotAsked(node, "this node decides no longer"));
                    } else if (safe.safe()) {
                        ask(
                                node,
                                NodeSide.LEAVE,
                                Map.of("token", Long.toString(holds.value())),
                                said -> left(node, said),
                                heard);
                    } else {
                        heard.accept(new FleetInput.NotSafe(node, notSafe(safe)));
                    }
                },
                failure -> heard.accept(new FleetInput.NotAsked(node, describe(failure))));
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

    /** A node that stops may throw instead of answering. */
    private <T> void answer(Supplier<CompletionStage<T>> asking, Consumer<T> then, Consumer<Throwable> otherwise) {
        CompletionStage<T> asked;
        try {
            asked = asking.get();
        } catch (RuntimeException failed) {
            asked = CompletableFuture.failedFuture(failed);
        }
        CompletionStage<?> unused = asked.whenComplete((value, failure) -> thread.execute(() -> {
            if (failure == null) {
                then.accept(value);
            } else {
                otherwise.accept(cause(failure));
            }
        }));
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    @Override
    public void close() {
        targetCalls.close();
    }
}
