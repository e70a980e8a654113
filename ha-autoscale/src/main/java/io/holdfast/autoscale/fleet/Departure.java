package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.fleet.FleetEffect.Tell;
import io.holdfast.autoscale.fleet.FleetState.Going;
import io.holdfast.autoscale.fleet.FleetState.Phase;
import io.holdfast.core.MemberState;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes one node away: it drains, its vote goes to another, it leaves, and is stopped. Which of these it is at is in the {@link
 * FleetState}, so that the next node that decides goes on from there; all that is asked may be asked twice. What it knows beyond that,
 * deadlines above all, begins anew then. Deterministic; not thread-safe.
 */
final class Departure {
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long UNDO_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int MOST_VOTE_TRIES = 6;

    private final FleetConfig config;
    private final Pause pause = new Pause();
    private @Nullable Phase phase;
    private String action = "";
    private long since;
    private boolean asked;
    /** An order to stop it is on its way, and may be carried out at any moment, however far the departure is by then. */
    private boolean stopUnanswered;

    private long askAgainAt;
    private FleetInput.@Nullable Draining drained;
    private boolean done;
    private String refused = "";
    private String unsafe = "";

    Departure(FleetConfig config) {
        this.config = config;
    }

    /**
     * What else it goes by.
     *
     * @param size how many instances there are to be without the node; negative while that is not known
     * @param wantedBack true if the load has come back meanwhile
     * @param overtaken true if the target would take another one now
     */
    record Around(int size, boolean wantedBack, boolean overtaken) {}

    /** What came of what was asked last. */
    void hear(long now, Going going, FleetInput input, Consumer<FleetEffect> effects) {
        boolean ofStop = isAnswerToStop(input, going.action());
        stopUnanswered &= !ofStop;
        if (phase != going.phase() || !action.equals(going.action()) || (ofStop && phase != Phase.STOP)) {
            return; // an answer of an earlier phase
        }
        if (input instanceof FleetInput.Draining draining && draining.node().equals(going.node())) {
            answered(now);
            drained = draining;
        } else if (input instanceof FleetInput.VoteMoved moved && moved.from().equals(going.node())) {
            answered(now);
            done = true;
        } else if (input instanceof FleetInput.VoteNotMoved failed
                && failed.from().equals(going.node())) {
            failed(now, failed.reason());
            if (failed.refused() || pause.failures() >= MOST_VOTE_TRIES) {
                refused = "its vote was not moved: " + failed.reason();
            }
        } else if (input instanceof FleetInput.Leaving leaving && leaving.node().equals(going.node())) {
            answered(now);
        } else if (input instanceof FleetInput.NotLeaving stays && stays.node().equals(going.node())) {
            failed(now, stays.reason());
            refused = stays.reason();
        } else if (input instanceof FleetInput.NotAsked silent && silent.node().equals(going.node())) {
            failed(now, silent.reason());
        } else if (input instanceof FleetInput.NotSafe waits && waits.node().equals(going.node())) {
            unsafe = waits.reason();
            failed(now, waits.reason());
        } else if (input instanceof FleetInput.Stopped stopped
                && stopped.action().equals(going.action())) {
            answered(now);
            done = true;
        } else if (input instanceof FleetInput.NotStopped failed
                && failed.action().equals(going.action())) {
            asked = false;
            if (pause.failed(now, failed.lasting(), failed.reason())) {
                effects.accept(new Tell(
                        Tell.Kind.FAILED,
                        going.node(),
                        "the target did not stop it, and is asked again: " + failed.reason()));
            }
        }
    }

    private static boolean isAnswerToStop(FleetInput input, String action) {
        return (input instanceof FleetInput.Stopped stopped && stopped.action().equals(action))
                || (input instanceof FleetInput.NotStopped failed
                        && failed.action().equals(action));
    }

    private void answered(long now) {
        asked = false;
        unsafe = "";
        pause.succeeded();
        askAgainAt = now + ASK_AGAIN_NANOS;
    }

    private void failed(long now, String reason) {
        asked = false;
        pause.failed(now, false, reason);
        askAgainAt = now + ASK_AGAIN_NANOS;
    }

    /** What it fails at; empty if it does not. */
    String trouble() {
        return pause.reason();
    }

    /**
     * What comes next.
     *
     * @param standing the node, as it is seen; null if it is not
     * @param held told of a node that could not go, and why
     * @return how far it is then; empty if it is over
     */
    Optional<Going> act(
            long now,
            Going going,
            @Nullable Standing standing,
            Around around,
            Consumer<String> held,
            Consumer<FleetEffect> effects) {
        if (phase != going.phase() || !action.equals(going.action())) {
            enter(now, going); // what another one came to says nothing of this one
        }
        Sighting sighting = standing == null ? null : standing.sighting();
        boolean there = sighting != null && sighting.state().isPresent();
        return switch (going.phase()) {
            case DRAIN -> drain(now, going, sighting, around.wantedBack(), held, effects);
            case MOVE_VOTE -> moveVote(now, going, sighting, there, held, effects);
            case LEAVE -> leave(now, going, sighting, there, held, effects);
            case STOP -> stop(now, going, sighting, around, effects);
            case UNDO -> undo(now, going, there, effects);
        };
    }

    private void enter(long now, Going going) {
        stopUnanswered &= action.equals(going.action());
        phase = going.phase();
        action = going.action();
        since = now;
        asked = stopUnanswered && phase == Phase.STOP;
        askAgainAt = now;
        drained = null;
        done = false;
        refused = "";
        unsafe = "";
        pause.succeeded();
    }

    private boolean mayAsk(long now) {
        return !asked && pause.isOver(now) && now - askAgainAt >= 0;
    }

    private void ask(FleetEffect what, Consumer<FleetEffect> effects) {
        asked = true;
        effects.accept(what);
    }

    private Optional<Going> drain(
            long now,
            Going going,
            @Nullable Sighting sighting,
            boolean wantedBack,
            Consumer<String> held,
            Consumer<FleetEffect> effects) {
        if (sighting == null || !sighting.state().isPresent()) {
            // Unless it has said good-bye it may only stand still, or be cut off from here, with requests that end
            // meanwhile.
            boolean patient = now - since >= config.drainWithin().toNanos()
                    || (sighting != null && sighting.state() == MemberState.LEFT);
            return !hadVote(going, sighting) && !patient ? Optional.of(going) : died(going, sighting, held, effects);
        }
        if (going.heir().isEmpty() && sighting.hasVote()) {
            return stays(going, "it was given a vote meanwhile", held, effects);
        }
        if (wantedBack && !stopUnanswered) {
            return Optional.of(going.in(Phase.UNDO));
        }
        FleetInput.Draining known = drained;
        if (known != null && known.is()) {
            boolean patient = known.forMillis() >= config.drainWithin().toMillis();
            if (patient || (known.forMillis() >= config.drainAtLeast().toMillis() && known.inFlight() == 0)) {
                if (known.inFlight() > 0) {
                    effects.accept(new Tell(
                            Tell.Kind.FAILED,
                            going.node(),
                            "it still has " + Math.round(known.inFlight()) + " requests after "
                                    + config.drainWithin().toSeconds() + " s of draining, and leaves nevertheless"));
                }
                return Optional.of(going.in(going.heir().isEmpty() ? Phase.LEAVE : Phase.MOVE_VOTE));
            }
        }
        if (now - since >= config.drainWithin().toNanos() + UNDO_LIMIT_NANOS) {
            return stays(going, "it does not drain: " + pause.reason(), held, effects);
        }
        if (mayAsk(now)) {
            ask(new FleetEffect.Drain(going.node(), true), effects);
        }
        return Optional.of(going);
    }

    private Optional<Going> moveVote(
            long now,
            Going going,
            @Nullable Sighting sighting,
            boolean there,
            Consumer<String> held,
            Consumer<FleetEffect> effects) {
        if (done || (sighting != null && !sighting.hasVote())) {
            return Optional.of(going.in(Phase.LEAVE));
        }
        if (!there) {
            return died(going, sighting, held, effects);
        }
        if (!refused.isEmpty()) {
            return stays(going, refused, held, effects);
        }
        if (mayAsk(now)) {
            ask(new FleetEffect.MoveVote(going.node(), going.heir()), effects);
        }
        return Optional.of(going);
    }

    private Optional<Going> leave(
            long now,
            Going going,
            @Nullable Sighting sighting,
            boolean there,
            Consumer<String> held,
            Consumer<FleetEffect> effects) {
        if (!there) {
            boolean mayVote = sighting != null && sighting.hasVote() && sighting.state() != MemberState.LEFT;
            return mayVote ? died(going, sighting, held, effects) : Optional.of(going.in(Phase.STOP));
        }
        if (going.heir().isEmpty() && sighting != null && sighting.hasVote()) {
            return stays(going, "it was given a vote meanwhile", held, effects);
        }
        if (drained != null && !drained.is()) {
            return Optional.of(going.in(Phase.DRAIN)); // it was started anew, and has new requests
        }
        if (!refused.isEmpty()) {
            return stays(going, refused, held, effects);
        }
        if (now - since >= config.leaveWithin().toNanos()) {
            if (!unsafe.isEmpty() || (sighting != null && sighting.hasVote())) {
                return stays(
                        going,
                        "it has not left after " + config.leaveWithin().toSeconds() + " s: " + pause.reason(),
                        held,
                        effects);
            }
            effects.accept(new Tell(
                    Tell.Kind.FAILED,
                    going.node(),
                    "it has not left after " + config.leaveWithin().toSeconds()
                            + " s, has no vote, and is stopped as it is"));
            return Optional.of(going.in(Phase.STOP));
        }
        if (mayAsk(now)) {
            ask(new FleetEffect.Leave(going.node()), effects);
        }
        return Optional.of(going);
    }

    private Optional<Going> stop(
            long now, Going going, @Nullable Sighting sighting, Around around, Consumer<FleetEffect> effects) {
        boolean there = sighting != null && sighting.state().isPresent();
        if (!done && !asked && there && going.action().startsWith(Fleet.REPLACE)) {
            return Optional.empty(); // it was to be replaced since it was not there, and is
        }
        if (!done && sighting != null && sighting.state().isPresent() && !sighting.draining()) {
            return Optional.of(going.in(Phase.DRAIN)); // somebody started it anew, and it serves or is about to
        }
        if (done) {
            effects.accept(new Tell(Tell.Kind.REMOVED, going.node(), "it has left and is stopped"));
            return Optional.empty();
        }
        if (around.overtaken() && !asked) {
            effects.accept(
                    new Tell(
                            Tell.Kind.FAILED,
                            going.node(),
                            "it has left and is not stopped yet, since the target stops another one first, which came meanwhile"));
            return Optional.of(going.in(Phase.UNDO));
        }
        if (around.size() >= 0 && mayAsk(now)) {
            ask(new FleetEffect.Stop(going.action(), going.node(), around.size()), effects);
            stopUnanswered = true;
        }
        return Optional.of(going);
    }

    private Optional<Going> undo(long now, Going going, boolean there, Consumer<FleetEffect> effects) {
        FleetInput.Draining known = drained;
        boolean over = !there || (known != null && !known.is());
        if (stopUnanswered && over) {
            return Optional.of(going); // it may be stopped yet: nobody else goes meanwhile
        }
        if (over) {
            return Optional.empty();
        }
        if (now - since >= UNDO_LIMIT_NANOS) {
            effects.accept(new Tell(
                    Tell.Kind.FAILED,
                    going.node(),
                    "it is to serve again and does not say that it does: " + pause.reason()
                            + "; look at it, and use `ha drain --end`"));
            return Optional.empty();
        }
        if (mayAsk(now)) {
            ask(new FleetEffect.Drain(going.node(), false), effects);
        }
        return Optional.of(going);
    }

    private static boolean hadVote(Going going, @Nullable Sighting sighting) {
        return !going.heir().isEmpty()
                || (sighting != null && sighting.hasVote() && sighting.state() != MemberState.LEFT);
    }

    /** A voter that dies is not taken away: what it held is repaired as any death is. */
    private static Optional<Going> died(
            Going going, @Nullable Sighting sighting, Consumer<String> held, Consumer<FleetEffect> effects) {
        if (!hadVote(going, sighting)) {
            return Optional.of(going.in(Phase.STOP));
        }
        held.accept("it has a vote, and died before that was moved");
        effects.accept(new Tell(
                Tell.Kind.FAILED,
                going.node(),
                "it died while it was taken away and had a vote still; that is repaired first"));
        return Optional.empty();
    }

    private static Optional<Going> stays(
            Going going, String reason, Consumer<String> held, Consumer<FleetEffect> effects) {
        held.accept(reason);
        effects.accept(new Tell(Tell.Kind.FAILED, going.node(), "it stays: " + reason));
        return Optional.of(going.in(Phase.UNDO));
    }
}
