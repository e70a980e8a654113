package io.holdfast.loadbalance;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.CallMeters.Ended;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a call does next: try somebody, wait, or give up. Time is an argument; whoever drives it blocks or does not. Of one
 * thread at a time.
 *
 * <p>To the master: a call goes to whoever was announced last. Has that one failed it waits for another to be announced, which costs
 * nothing of the budget: each call does so once for each master. The same master is tried again too, more and more seldom, since it
 * may have been the way to it that failed.
 */
final class CallRun {
    private static final long FIRST_PAUSE_NANOS = 500_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 4_000_000_000L;
    private static final long REST_NANOS = 50_000_000L;
    private static final String TOO_MANY = "too many calls were tried again lately";

    private final CallKernel kernel;
    private final CallOptions options;
    private final CallSettings settings;
    private final long deadline;
    private final Tried tried;
    private int attempts;
    private int number;
    private @Nullable Failure lastFailure;
    private @Nullable Throwable lastThrown;
    /** Whether some try may have had an effect. */
    private boolean mayHaveHappened;
    /** The master that failed last, and from when on it may be tried again. */
    private @Nullable RoleHolder failedMaster;

    private long masterAgain;
    private long pause = FIRST_PAUSE_NANOS;
    /** All that may serve it have been tried, and are tried again at that time. */
    private boolean rests;

    private long restsUntil;
    private boolean holds;
    private long heldSince;
    private @Nullable GiveUp over;

    /** What to do next. */
    sealed interface Next {}

    /** Try it; {@link #succeeded} or {@link #failed} has to follow. */
    record Try(Attempt attempt) implements Next {}

    /** Wait for a change, and at most for so long, and ask again. */
    record Hold(CompletableFuture<Void> change, long nanos) implements Next {}

    /** It has failed. */
    record GiveUp(Throwable cause) implements Next {}

    CallRun(CallKernel kernel, CallOptions options, long now) {
        this.kernel = kernel;
        this.options = options;
        this.settings = kernel.settings();
        this.deadline = now + options.deadlineNanos();
        this.tried = options.to() == CallOptions.To.SLAVES ? new Tried(new Slaves(kernel, options)) : new Tried();
        kernel.budget().earn();
    }

    Next next(long now) {
        if (over != null) {
            return over;
        }
        CompletableFuture<Void> change = kernel.nextChange(); // first: who misses the end in it sees it in what follows
        if (kernel.isClosed()) {
            return giveUp("the balancer is closed");
        }
        if (now - deadline >= 0) {
            return giveUp("its time is up");
        }
        Directory directory = kernel.directory();
        RoleHolder master = directory.master();
        Attempt attempt = null;
        boolean somebody = kernel.balancer().hasSomebody(); // before the pick: who comes after it refused nothing
        if (options.to() != CallOptions.To.MASTER) {
            if (number > 0 && attempts >= settings.attempts()) {
                return giveUp("it was tried " + number + " times");
            }
            attempt = elsewhere(now);
        }
        if (over != null) {
            return over;
        }
        if (attempt == null && options.to() != CallOptions.To.ANYBODY) {
            attempt = atMaster(directory, now);
        }
        if (over != null) {
            return over;
        }
        if (attempt != null) {
            endHold();
            return new Try(attempt);
        }
        if (number == 0 && options.to() == CallOptions.To.ANYBODY && somebody) {
            return overloaded(kernel.balancer().explain().whyNobody());
        }
        return hold(change, master, now);
    }

    private Next hold(CompletableFuture<Void> change, @Nullable RoleHolder master, long now) {
        if (!holds) {
            if (!kernel.hold()) {
                return overloaded(settings.mostHeld() + " calls wait already");
            }
            holds = true;
            heldSince = now;
        }
        long left = Math.min(heldSince + settings.hold().toNanos() - now, deadline - now);
        if (left <= 0) {
            return giveUp(
                    options.to() == CallOptions.To.ANYBODY
                            ? kernel.balancer().explain().whyNobody()
                            : noMaster(master));
        }
        if (rests) {
            left = Math.min(left, restsUntil - now);
        }
        if (failedMaster != null && masterAgain - now > 0) {
            left = Math.min(left, masterAgain - now);
        }
        return new Hold(change, Math.max(1, left));
    }

    private String noMaster(@Nullable RoleHolder master) {
        String waited = " within " + settings.hold();
        if (master == null) {
            return "no master was announced" + waited;
        }
        return failedMaster == null
                ? "the master " + master.nodeId() + " offers no endpoint that may be asked" + waited
                : "the master " + master.nodeId() + " failed, and no other was announced" + waited;
    }

    /** Somebody who may serve it, by the algorithm; null if there is nobody at this moment. */
    private @Nullable Attempt elsewhere(long now) {
        if (rests) {
            if (restsUntil - now > 0) {
                return null;
            }
            rests = false;
            tried.forget();
        }
        Balancer balancer = kernel.balancer();
        Target target = options.sticky() == null
                ? balancer.begin(options.key(), tried)
                : balancer.begin(options.sticky(), options.key(), tried);
        if (target == null) {
            rests = tried.size() > 0; // all have been tried: again after a pause
            restsUntil = now + REST_NANOS * number;
            return null;
        }
        if (!mayTryAgain(target, now)) {
            return null;
        }
        attempts++;
        return attempt(target, null, now);
    }

    private boolean mayTryAgain(Target target, long now) {
        Failure after = lastFailure;
        if (after == null) {
            return true;
        }
        if (kernel.budget().spend(now)) {
            kernel.meters().retried(after);
            return true;
        }
        kernel.balancer().end(target, 0, Outcome.CANCELLED);
        kernel.meters().denied();
        giveUp(TOO_MANY);
        return false;
    }

    private @Nullable Attempt atMaster(Directory directory, long now) {
        RoleHolder master = directory.master();
        if (master == null) {
            return null;
        }
        boolean same = master.equals(failedMaster);
        if (same && masterAgain - now > 0) {
            return null;
        }
        // What picks go by may be ahead of the directory: a master that died is off the list before another one is
        // announced.
        Routing routing = kernel.balancer().routing();
        Target target = kernel.balancer().beginAt(routing, master.nodeId());
        if (target == null) {
            if (routing.lists(Target.idHash(master.nodeId()))) {
                overloaded("the master " + master.nodeId() + " has as many requests in flight as it may");
            }
            return null;
        }
        Failure after = lastFailure;
        boolean fallsBack = options.to() == CallOptions.To.SLAVES; // slaves that fail must not cost the master twice
        if ((same || fallsBack) && after != null && !kernel.budget().spend(now)) {
            kernel.balancer().end(target, 0, Outcome.CANCELLED);
            kernel.meters().denied();
            if (same) {
                pauseForMaster(now); // it goes on waiting for another one
            } else {
                giveUp(TOO_MANY);
            }
            return null;
        }
        if (after != null) {
            kernel.meters().retried(after);
        }
        return attempt(target, master, now);
    }

    private Attempt attempt(Target target, @Nullable RoleHolder master, long now) {
        number++;
        long timeout = Math.min(settings.attemptTimeout().toNanos(), deadline - now);
        return new Attempt(target, options, master, number, now, timeout);
    }

    void succeeded(Attempt attempt, long now) {
        kernel.balancer().end(attempt.target(), now - attempt.beganNanos, attempt.outcome());
        kernel.meters().ended(Ended.SERVED);
    }

    void failed(Attempt attempt, Throwable thrown, long now) {
        Failure failure = meaning(thrown);
        kernel.balancer().end(attempt.target(), now - attempt.beganNanos, failure.outcome());
        lastFailure = failure;
        lastThrown = thrown;
        RoleHolder master = attempt.master();
        if (master != null) {
            if (!master.equals(failedMaster)) {
                failedMaster = master;
                pause = FIRST_PAUSE_NANOS;
            }
            pauseForMaster(now);
        } else {
            tried.add(attempt.target());
        }
        if (failure == Failure.CALLER) {
            kernel.meters().ended(Ended.CALLER);
            over = new GiveUp(thrown);
        } else if (failure == Failure.UNKNOWN) {
            mayHaveHappened = true;
            if (!options.idempotent()) {
                giveUp("it is not said to be idempotent, so it is not tried again");
            }
        }
    }

    private void pauseForMaster(long now) {
        masterAgain = now + pause;
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }

    private Failure meaning(Throwable thrown) {
        try {
            return Objects.requireNonNull(settings.failure().apply(thrown), "the meaning of an exception is null");
        } catch (RuntimeException | Error e) { // the caller's code; what was begun has to end
            if (e != thrown) {
                thrown.addSuppressed(e);
            }
            return Failure.CALLER;
        }
    }

    /** Whoever drives it goes no further. */
    GiveUp interrupted() {
        return giveUp("its thread was interrupted");
    }

    /** The caller wants no answer any more. */
    void cancelled(@Nullable Attempt attempt, long now) {
        endHold();
        if (attempt != null) {
            kernel.balancer().end(attempt.target(), now - attempt.beganNanos, Outcome.CANCELLED);
        }
    }

    private GiveUp overloaded(String why) {
        if (number > 0) {
            return giveUp(why); // not refused at once: it may have happened
        }
        endHold();
        kernel.meters().ended(Ended.OVERLOADED);
        GiveUp given = new GiveUp(new OverloadedException(service() + ": " + why));
        over = given;
        return given;
    }

    private GiveUp giveUp(String why) {
        if (over != null) {
            return over;
        }
        endHold();
        String tries =
                number == 0 ? "" : ", tried " + number + (number == 1 ? " time, " : " times, ") + "last: " + lastThrown;
        RuntimeException cause = mayHaveHappened
                ? new OutcomeUnknownException("a call of " + service() + " may have been carried out: " + why + tries)
                : new NotAvailableException("a call of " + service() + " was not carried out: " + why + tries);
        if (lastThrown != null) {
            cause.initCause(lastThrown);
        }
        kernel.meters().ended(mayHaveHappened ? Ended.UNKNOWN : Ended.UNAVAILABLE);
        GiveUp given = new GiveUp(cause);
        over = given;
        return given;
    }

    private String service() {
        return kernel.balancer().identity().service();
    }

    private void endHold() {
        if (holds) {
            holds = false;
            kernel.release();
        }
    }
}
