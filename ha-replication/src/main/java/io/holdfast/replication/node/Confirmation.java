package io.holdfast.replication.node;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.ReplicatedState.Bound;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One question whether this node is fresh enough, or master; see {@link io.holdfast.core.spi.ReplicatedState#confirm}. */
final class Confirmation implements Responder {
    private static final String STOPPING = "it is stopping, or has stopped";

    private final FeatureContext context;
    private final Bound bound;
    private final Duration limit;
    private final Supplier<@Nullable Replica> replica;
    private final Supplier<Optional<RoleHolder>> ownTerm;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private EventLoop.@Nullable Timer timer;
    private boolean over;

    /**
     * Makes one.
     *
     * @param ownTerm this node with the token of its term, if it is the master as far as it knows
     */
    Confirmation(
            FeatureContext context,
            Bound bound,
            Duration limit,
            Supplier<@Nullable Replica> replica,
            Supplier<Optional<RoleHolder>> ownTerm) {
        this.context = context;
        this.bound = bound;
        this.limit = limit;
        this.replica = replica;
        this.ownTerm = ownTerm;
    }

    /** What was asked. */
    CompletableFuture<Void> answer() {
        return done;
    }

    /** On the loop. */
    void ask() {
        if (over) {
            return;
        }
        Replica running = replica.get();
        if (running == null) {
            end("it still reads its log");
            return;
        }
        String notMaster = whyNotMaster();
        if (!notMaster.isEmpty()) {
            end(notMaster);
            return;
        }
        timer = context.runtime().loop().schedule(limit.toNanos(), () -> end("that took longer than " + limit));
        running.confirm(freshness(), bound instanceof Bound.Behind behind ? behind.entries() : 0, this);
    }

    private Freshness freshness() {
        if (bound instanceof Bound.AtLeast atLeast) {
            return new Freshness(Freshness.AT_LEAST, atLeast.index());
        }
        if (bound instanceof Bound.Within within && !within.staleness().isZero()) {
            return new Freshness(Freshness.WITHIN, within.staleness().toNanos());
        }
        return Freshness.STRICT;
    }

    /** Empty if it is, or need not be. */
    private String whyNotMaster() {
        if (!(bound instanceof Bound.Master wanted)) {
            return "";
        }
        Optional<RoleHolder> own = ownTerm.get();
        if (own.isEmpty()) {
            return "it is not the master";
        }
        return own.get().token().compareTo(wanted.token()) < 0
                ? "it is the master of " + own.get().token() + ", and there is one of " + wanted.token()
                : "";
    }

    @Override
    public void read(long request, Outcome outcome, byte[] answer) {
        end(outcome == Outcome.APPLIED ? whyNotMaster() : "the master was not reached, or is another one now");
    }

    private void end(String whyNot) {
        if (over) {
            return;
        }
        over = true;
        if (timer != null) {
            timer.cancel();
        }
        context.callbacks().execute(() -> {
            if (whyNot.isEmpty()) {
                done.complete(null);
            } else {
                done.completeExceptionally(unavailable(whyNot));
            }
        });
    }

    private NotAvailableException unavailable(String whyNot) {
        return new NotAvailableException(context.node().id() + " is not " + bound + ": " + whyNot);
    }

    /** The node stops. On the loop, whose timers end with it. */
    void stop() {
        end(STOPPING);
    }

    /** The node has stopped, and neither its loop nor its callbacks run any more. Safe from any thread. */
    void abandon() {
        done.completeExceptionally(unavailable(STOPPING));
    }

    @Override
    public void answer(long session, long sequence, Outcome outcome, byte[] answer) {
        throw new IllegalStateException("a question of freshness writes nothing");
    }

    @Override
    public void opened(long request, long session) {
        throw new IllegalStateException("a question of freshness opens no session");
    }

    @Override
    public void reached(long index) {}

    @Override
    public void flush() {}
}
