package io.holdfast.core;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.ElectionEngine;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The hand-overs that were asked for and are under way. Each ends with what came of it, and at the latest with the node: what a
 * loop that has ended is given does not run. Safe from any thread.
 */
final class HandOvers {
    private static final long LOOK_NANOS = 5_000_000L;
    private static final long LIMIT_NANOS = 10_000_000_000L;

    private final String node;
    private final ElectionEngine engine;
    private final Clock clock;
    private final EventLoop loop;
    private final Executor futures;
    private final boolean inline;
    private final Set<HandOver> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param futures where futures complete
     * @param inline true where the loop is the caller's own thread, so that nothing is run any more once the node ends
     */
    HandOvers(String node, ElectionEngine engine, Clock clock, EventLoop loop, Executor futures, boolean inline) {
        this.node = node;
        this.engine = engine;
        this.clock = clock;
        this.loop = loop;
        this.futures = futures;
        this.inline = inline;
    }

    /** @param to a node id; empty for whoever suits best */
    CompletableFuture<RoleHolder> begin(Tenure tenure, String to) {
        HandOver handOver = new HandOver(tenure, to);
        open.add(handOver);
        if (closed) {
            end(handOver, Runnable::run, handOver::nodeHasStopped);
        } else {
            loop.execute(handOver::begin);
        }
        return handOver.done;
    }

    /** Ends those that are still under way, and all that are asked for from now on. While futures can still complete. */
    void close() {
        closed = true;
        open.forEach(handOver -> {
            end(handOver, futures, handOver::nodeHasStopped);
            if (inline) {
                handOver.complete();
            }
        });
    }

    /** Whoever says first what came of it is right. Under the lock, so that nothing is handed on after the closing. */
    private synchronized void end(HandOver handOver, Executor where, Runnable outcome) {
        if (handOver.outcome == null) {
            handOver.outcome = outcome;
            where.execute(handOver::complete);
        }
    }

    private final class HandOver {
        private final CompletableFuture<RoleHolder> done = new CompletableFuture<>();
        private final Tenure tenure;
        private final String to;
        /** The callbacks have been told, so that it is not known any more what comes of it. */
        private volatile boolean givenUp;
        /** Completes the future; null until something has come of it. */
        private volatile @Nullable Runnable outcome;

        private @Nullable FencingToken before;
        private long deadlineNanos;

        HandOver(Tenure tenure, String to) {
            this.tenure = tenure;
            this.to = to;
        }

        /** On the loop. */
        private void begin() {
            if (outcome != null) {
                return; // whoever asked has been told already that nothing comes of it
            }
            Grant held =
                    tenure.grant(); // looked at first: it may end at any instant, and what is seen later is another one
            String whyNot = to.equals(node) ? node + " is this node itself" : tenure.whyNot(to);
            if (whyNot.isEmpty() && held == null) {
                whyNot = node + " does not hold it";
            }
            if (held == null || !whyNot.isEmpty()) {
                fail(new NotAvailableException("role " + tenure.role() + " is not handed over: " + whyNot));
                return;
            }
            before = held.token();
            deadlineNanos = clock.nanoTime() + tenure.stopWithinNanos() + LIMIT_NANOS;
            givenUp = true;
            tenure.handOver(to, to.isEmpty() ? "it is handed over" : "it is handed over to " + to);
            look();
        }

        private void look() {
            if (outcome != null) {
                return;
            }
            String role = tenure.role();
            Optional<RoleHolder> now = engine.holder(role);
            boolean later =
                    now.isPresent() && before != null && now.get().token().compareTo(before) > 0;
            if (later && now.get().nodeId().equals(node)) {
                fail(new NotAvailableException("role " + role + " was given up, nobody else took it, and " + node
                        + " holds it again, by a new grant"));
            } else if (later) {
                end(this, futures, () -> done.complete(now.get()));
            } else if (clock.nanoTime() - deadlineNanos >= 0) {
                fail(new OutcomeUnknownException(
                        "role " + role + " has been given up by " + node + ", and nobody is known to hold it yet"));
            } else {
                loop.schedule(LOOK_NANOS, this::look);
            }
        }

        private void fail(HoldfastException why) {
            end(this, futures, () -> done.completeExceptionally(why));
        }

        private void nodeHasStopped() {
            String role = "role " + tenure.role();
            done.completeExceptionally(
                    givenUp
                            ? new OutcomeUnknownException(role + " was given up by " + node
                                    + ", which has stopped since and did not see who took it")
                            : new NotAvailableException(role + " is not handed over: " + node + " has stopped"));
        }

        /** Again and again to no harm. */
        private void complete() {
            open.remove(this);
            Runnable known = outcome;
            if (known != null) {
                known.run();
            }
        }
    }
}
