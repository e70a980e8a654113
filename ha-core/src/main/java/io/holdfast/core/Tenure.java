package io.holdfast.core;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.ElectionEngine.Candidacy;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's standing for one role: runs the callbacks of one grant after the other, never two at once, and sees to it that
 * they end when the grant does. The engine's word comes on the node's loop, that of callbacks from their threads, and the end
 * of a grant from a {@link TenureWatch} that does not need the loop, since a loop that stands still is what it is there for.
 * Everything is decided under one lock, and nothing is waited for.
 */
final class Tenure implements ElectionEngine.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 60_000_000_000L;

    private enum Phase {
        /** There is no grant. */
        IDLE,
        /** The grant is held; {@code begin} runs or has returned. */
        HELD,
        /** The grant has ended; callbacks may still run. */
        ENDING
    }

    /** A grant that came before the callbacks of the one before had ended, or during a pause. */
    private record Waiting(FencingToken token, long validUntilNanos) {}

    private final String node;
    private final String role;
    private final Duty duty;
    private final long stopWithinNanos;
    private final boolean haltOnOverrun;
    private final Clock clock;
    private final Executor loop;
    private final Executor callbacks;
    private final TenureMeters meters;
    private final TenureWatch watch;

    private @Nullable Candidacy candidacy;
    private Phase phase = Phase.IDLE;
    private @Nullable Grant grant;
    private @Nullable Waiting waiting;
    /** The thread inside {@code begin}. */
    private @Nullable Thread working;
    /** The thread inside {@code end}. */
    private @Nullable Thread finishing;

    private boolean interrupted;
    /** A task of ours is with the executor, or runs. */
    private boolean busy;
    /** {@code begin} of the grant has been called. */
    private boolean begun;
    /** The callback, and not the engine or the clock, ended the grant. */
    private boolean gaveUp;

    private String endReason = "";
    private String handOverTo = "";
    /** The engine does not know yet that the grant has ended. */
    private boolean owed;

    private long endingSinceNanos;
    /** When the callbacks were told; later than the end where the process stood still meanwhile. */
    private long toldNanos;

    private boolean overrun;
    private int failures;
    private boolean failed;
    private long pausedUntilNanos;
    private boolean paused;
    private @Nullable Runnable whenStopped;
    private boolean stopped;

    Tenure(
            String node,
            String role,
            Duty duty,
            long stopWithinNanos,
            boolean haltOnOverrun,
            Clock clock,
            Executor loop,
            Executor callbacks,
            TenureMeters meters,
            TenureWatch watch) {
        this.node = node;
        this.role = role;
        this.duty = duty;
        this.stopWithinNanos = stopWithinNanos;
        this.haltOnOverrun = haltOnOverrun;
        this.clock = clock;
        this.loop = loop;
        this.callbacks = callbacks;
        this.meters = meters;
        this.watch = watch;
    }

    /** Stands for the role, on the loop. */
    void campaign(ElectionEngine engine, int priority) {
        Candidacy stands = engine.campaign(new ElectionEngine.Campaign(role, priority, stopWithinNanos), this);
        synchronized (this) {
            candidacy = stands;
        }
        watch.add(this);
    }

    String role() {
        return role;
    }

    /** True if no callback runs or has to. */
    synchronized boolean isIdle() {
        return phase == Phase.IDLE;
    }

    long stopWithinNanos() {
        return stopWithinNanos;
    }

    synchronized @Nullable Grant grant() {
        return phase == Phase.HELD ? grant : null;
    }

    @Override
    public synchronized void granted(FencingToken token, long validUntilNanos) {
        if (stopped) {
            return;
        }
        long now = clock.nanoTime();
        paused = paused && now - pausedUntilNanos < 0;
        if (phase == Phase.HELD) {
            end("it was granted anew", "", false);
        }
        if (phase == Phase.IDLE && !paused) {
            begin(token, validUntilNanos);
        } else {
            waiting = new Waiting(token, validUntilNanos);
        }
        watch.changed();
    }

    private void begin(FencingToken token, long validUntilNanos) {
        Grant now = new Grant(role, token, clock, validUntilNanos);
        grant = now;
        phase = Phase.HELD;
        failed = false;
        gaveUp = false;
        begun = false;
        meters.granted(token);
        LOG.info("{} holds role {} with token {}", node, role, token);
        work();
    }

    private void work() {
        if (!busy) {
            busy = true;
            callbacks.execute(this::runAll);
        }
    }

    @Override
    public synchronized void extended(long validUntilNanos) {
        Waiting next = waiting;
        if (next != null) {
            waiting = new Waiting(next.token(), validUntilNanos);
        } else if (phase == Phase.HELD && grant != null) {
            if (!duty.isPassive() && !grant.isValid()) {
                lapsed(grant); // what has ended is not revived
            } else {
                grant.extend(validUntilNanos);
            }
        }
    }

    @Override
    public synchronized void revoked(String reason) {
        if (waiting != null) {
            waiting = null;
        } else if (phase == Phase.HELD) {
            end(reason, "", false);
        } else {
            owed = false;
        }
    }

    @Override
    public synchronized void handOverWanted(String to, String reason) {
        handOver(to, reason);
    }

    /** Ends the grant in good order, if there is one, so that another node can have it. */
    synchronized void handOver(String to, String reason) {
        if (waiting != null) {
            waiting = null;
            release(to, 0);
        } else if (phase == Phase.HELD) {
            end(reason, to, true);
        }
    }

    /** Under the lock, in phase HELD. */
    private void end(String reason, String to, boolean toBeReleased) {
        Grant ended = grant;
        if (ended != null) {
            ended.revoke();
        }
        phase = Phase.ENDING;
        endReason = reason;
        handOverTo = to;
        owed = toBeReleased;
        toldNanos = clock.nanoTime();
        endingSinceNanos = toldNanos;
        overrun = false;
        meters.grantEnded(reason);
        LOG.info("{} no longer holds role {}: {}", node, role, reason);
        Thread inside = working;
        if (inside != null) {
            interrupted = true;
            inside.interrupt();
        }
        work();
        watch.changed();
    }

    private interface Callback {
        void call() throws Exception;
    }

    /** On a thread of the user's executor: one callback after the other, until there is nothing more to call. */
    private void runAll() {
        Callback next = next();
        while (next != null) {
            Throwable thrown = null;
            try {
                next.call();
            } catch (Throwable e) { // the edge of the user's code: whatever it was, the role must not hang on it
                thrown = e;
            }
            returned(thrown);
            next = next();
        }
    }

    private synchronized @Nullable Callback next() {
        Grant held = grant;
        if (phase == Phase.HELD && !begun && held != null && !duty.isPassive() && !held.isValid()) {
            lapsed(held); // the executor was busy for so long that another node may hold the role by now
        }
        if (phase == Phase.HELD && !begun && held != null) {
            begun = true;
            working = Thread.currentThread();
            return () -> duty.begin(held);
        }
        if (phase == Phase.ENDING) {
            String reason = endReason;
            finishing = Thread.currentThread();
            return begun ? () -> duty.end(reason) : () -> {};
        }
        busy = false;
        return null;
    }

    private synchronized void returned(@Nullable Throwable thrown) {
        if (working == null) {
            finishing = null;
            endReturned(thrown);
            return;
        }
        working = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted(); // meant for the callback, and not for what this thread does next
        }
        beginReturned(thrown);
    }

    private void beginReturned(@Nullable Throwable thrown) {
        if (phase != Phase.HELD) {
            if (thrown != null && !(thrown instanceof InterruptedException)) {
                LOG.info("{}: the callback of role {} ended with {}", node, role, thrown.toString());
            }
            return;
        }
        if (thrown != null) {
            failed = true;
            gaveUp = true;
            meters.failed();
            LOG.error("{}: the callback of role {} threw, and gives the role up", node, role, thrown);
            end("its callback threw " + thrown, "", true);
        } else if (duty.endsByReturning()) {
            gaveUp = true;
            end("its callback returned", "", true);
        }
    }

    private void endReturned(@Nullable Throwable thrown) {
        if (thrown != null) {
            meters.failed();
            LOG.error("{}: the callback for the end of role {} threw; the role counts as given up", node, role, thrown);
        }
        long took = clock.nanoTime() - endingSinceNanos;
        meters.ended(took);
        if (overrun) {
            LOG.warn("{}: the callbacks of role {} have ended, after {} ms", node, role, took / 1_000_000);
        }
        phase = Phase.IDLE;
        grant = null;
        failures = failed ? failures + 1 : 0;
        long pause = gaveUp
                ? Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(10, Math.max(0, failures - 1)))
                : 0;
        if (pause > 0) {
            paused = true;
            pausedUntilNanos = clock.nanoTime() + pause;
        }
        if (owed) {
            owed = false;
            release(handOverTo, pause);
        }
        Runnable done = whenStopped;
        if (done != null) {
            whenStopped = null;
            loop.execute(done);
        }
        beginWaiting(clock.nanoTime());
        watch.changed();
    }

    private void release(String to, long pauseNanos) {
        Candidacy stands = candidacy;
        if (stands != null) {
            loop.execute(() -> stands.release(to, pauseNanos));
        }
    }

    private void beginWaiting(long now) {
        Waiting next = waiting;
        paused = paused && now - pausedUntilNanos < 0;
        if (next != null && phase == Phase.IDLE && !paused && !stopped) {
            waiting = null;
            if (now - next.validUntilNanos() < 0) {
                begin(next.token(), next.validUntilNanos());
            } else {
                release("", 0); // it has run out meanwhile
            }
        }
    }

    /** When {@link #check} has something to do, on the monotonic clock; {@link Long#MAX_VALUE} if never. */
    synchronized long dueNanos() {
        if (phase == Phase.HELD && grant != null && !duty.isPassive()) {
            return grant.validUntilNanos();
        }
        if (phase == Phase.ENDING && !overrun) {
            return endingSinceNanos + stopWithinNanos;
        }
        if (phase == Phase.ENDING && owed) {
            return toldNanos + stopWithinNanos;
        }
        if (phase == Phase.ENDING && waiting != null) {
            return waiting.validUntilNanos();
        }
        return waiting != null && phase == Phase.IDLE ? pausedUntilNanos : Long.MAX_VALUE;
    }

    /** Looks whether time has ended anything. Any thread. */
    synchronized void check() {
        long now = clock.nanoTime();
        if (phase == Phase.HELD && grant != null && !duty.isPassive() && now - grant.validUntilNanos() >= 0) {
            lapsed(grant);
        } else if (phase == Phase.ENDING && !overrun && now - endingSinceNanos >= stopWithinNanos) {
            overran();
            hung(now);
        } else if (phase == Phase.ENDING && overrun && owed) {
            hung(now);
        } else if (phase == Phase.ENDING && overrun && waiting != null && now - waiting.validUntilNanos() >= 0) {
            waiting = null; // given to a node whose callbacks hang; before they overran they may yet return in time
            release("", LONGEST_PAUSE_NANOS);
        } else if (phase == Phase.IDLE) {
            beginWaiting(now);
        }
    }

    private void lapsed(Grant grant) {
        meters.lapsed();
        end("it could not be renewed in time", "", true);
        endingSinceNanos = Math.min(endingSinceNanos, grant.validUntilNanos()); // nobody may have looked for a while
    }

    private void overran() {
        overrun = true;
        meters.overran();
        Thread inside = working == null ? finishing : working;
        Exception where = new Exception("where it is");
        if (inside != null) {
            where.setStackTrace(inside.getStackTrace());
        }
        LOG.error(
                "{}: the callbacks of role {} still run {} ms after its grant has ended ({}), and stopWithin is over: another"
                        + " node may hold the role now, and only the fencing token keeps the two apart",
                node,
                role,
                stopWithinNanos / 1_000_000,
                endReason,
                where);
        if (haltOnOverrun) {
            LOG.error("{}: the process is halted, as haltOnOverrun asks", node);
            Runtime.getRuntime().halt(TenureWatch.HALT_STATUS);
        }
    }

    /**
     * The callbacks may never end, and the role must not be nobody's until then. Where the process stood still past the grant's
     * end, they have had no time yet: that is no reason for standing aside.
     */
    private void hung(long now) {
        if (owed && now - toldNanos >= stopWithinNanos) {
            owed = false;
            release(handOverTo, LONGEST_PAUSE_NANOS);
        }
    }

    /**
     * Ends the grant, if there is one, and stands no longer. On the loop.
     *
     * @param done run on the loop when the callbacks have ended
     */
    synchronized void stop(String reason, Runnable done) {
        stopped = true;
        waiting = null;
        if (phase == Phase.HELD) {
            end(reason, "", false); // withdrawing gives it back
        }
        Runnable last = () -> {
            Candidacy stands;
            synchronized (this) {
                stands = candidacy;
                candidacy = null;
            }
            if (stands != null) {
                stands.withdraw();
            }
            watch.remove(this);
            meters.close();
            done.run();
        };
        if (phase == Phase.IDLE) {
            loop.execute(last);
        } else {
            Runnable others = whenStopped;
            whenStopped = others == null
                    ? last
                    : () -> {
                        others.run();
                        last.run();
                    };
        }
    }

    /** The node has failed: nothing may be asked of the loop any more. */
    synchronized void abandon() {
        stopped = true;
        waiting = null;
        candidacy = null;
        if (phase == Phase.HELD) {
            end("the node has failed", "", false);
        }
    }

    /** Why the role cannot be handed to that node, for people; empty if it can. On the loop. */
    String whyNot(String to) {
        Candidacy stands;
        synchronized (this) {
            stands = candidacy;
            if (phase != Phase.HELD) {
                return node + " does not hold role " + role;
            }
        }
        return stands == null ? node + " is stopping" : stands.whyNot(to);
    }

    @Override
    public String toString() {
        return "role " + role + " at " + node;
    }
}
