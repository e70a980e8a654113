package io.holdfast.integrations.election;

import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.RunningFeature;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An election engine on a {@link RecordStore}: carries out what an {@link ElectionCore} asks for, one request at a time, on a
 * thread of its own, so that a store that hangs holds up nothing but itself. Its grants end by their deadlines then.
 */
public final class StoreElection implements RunningFeature, ElectionEngine {
    private static final long LONGEST_LEAVE_NANOS = 4_000_000_000L;

    private final FeatureContext context;
    private final ElectionTiming timing;
    /** Of the worker alone. */
    private final StoreClient client;

    private final String description;
    private final Clock clock;
    private final EventLoop loop;
    private final ElectionCore core;
    private final ElectionMeters meters;
    private final StoreHealth storeHealth;
    private final Map<String, Listener> listeners = new HashMap<>();
    private final AtomicBoolean nudged = new AtomicBoolean();

    private final StoreInspection inspection;
    private volatile ElectionView view;
    private volatile Map<String, RoleHolder> holders = Map.of();
    private volatile @Nullable Worker worker;

    private boolean started;
    private boolean inFlight;
    private long askedNanos;
    private EventLoop.@Nullable Timer timer;
    private @Nullable Runnable whenLeft;
    private boolean ended;

    /**
     * One that does nothing yet.
     *
     * @param engine a word for metrics and messages, such as {@code etcd}
     * @param where the store is, for people, without secrets
     * @param description what it rests on, for people
     */
    public StoreElection(
            String engine,
            String where,
            String description,
            FeatureContext context,
            ElectionTiming timing,
            RecordStore.Opener opener) {
        this.context = context;
        this.timing = timing;
        this.description = description;
        this.clock = context.runtime().clock();
        this.loop = context.runtime().loop();
        String node = context.node().id();
        this.core = new ElectionCore(node, timing, context.runtime().random());
        this.meters = new ElectionMeters(context.meters(), context.clusterName(), node, engine);
        String store = engine + " at " + where;
        this.storeHealth = new StoreHealth(context, store, timing.lease().toNanos());
        this.view = core.view();
        this.inspection = new StoreInspection(engine, where, timing, () -> view, storeHealth::reach, clock::nanoTime);
        this.client = new StoreClient(
                node,
                store,
                () -> opener.open(context.clusterName(), timing.requestTimeout().toMillis(), this::changed));
    }

    @Override
    public void open() {
        worker = context.runtime().newWorker("election");
    }

    @Override
    public void start() {
        started = true;
        core.reachedAt(context.node().advertisedAddress());
        storeHealth.begin(clock.nanoTime());
        turn();
    }

    @Override
    public Inspectable inspectable() {
        return inspection;
    }

    @Override
    public Candidacy campaign(Campaign campaign, Listener listener) {
        core.stand(campaign);
        listeners.put(campaign.role(), listener);
        stepSoon();
        return new Standpoint(campaign.role());
    }

    @Override
    public Optional<RoleHolder> holder(String role) {
        return Optional.ofNullable(holders.get(role));
    }

    @Override
    public Guarantees guarantees(String role) {
        return new Guarantees(timing.lease(), timing.clockDrift(), description);
    }

    /** Later, so that many calls in a row make one request. */
    private void stepSoon() {
        loop.execute(this::step);
    }

    /** What operators see is not made anew for each of many calls in a row, but for each answer, and in any case by time. */
    private void turn() {
        step();
        view = core.view();
    }

    private void step() {
        if (ended || !started) {
            return;
        }
        long now = clock.nanoTime();
        core.health(context.nodeHealth());
        core.look(now);
        if (inFlight) {
            if (now - askedNanos >= overdueNanos()) {
                storeHealth.overdue(now - askedNanos, now);
            }
            arm(overdueNanos());
        } else {
            Request request = core.next(now);
            storeHealth.complaint(core.complaint());
            if (request != null) {
                send(request, now);
                arm(overdueNanos());
            } else {
                arm(Math.min(timing.poll().toNanos(), core.dueNanos() - now));
            }
        }
        tell();
        leaveIfDone();
    }

    private long overdueNanos() {
        return timing.requestTimeout().toNanos() * 3 / 2;
    }

    private void arm(long nanos) {
        EventLoop.Timer before = timer;
        if (before != null) {
            before.cancel();
        }
        timer = loop.schedule(Math.max(1_000_000L, nanos), this::turn);
    }

    private void send(Request request, long now) {
        Worker thread = worker;
        if (thread == null) {
            return;
        }
        inFlight = true;
        askedNanos = now;
        thread.execute(() -> {
            StoreClient.Answer answer = client.ask(request);
            loop.execute(() -> answered(request, answer, now));
        });
    }

    /** Any thread. */
    private void changed() {
        if (nudged.compareAndSet(false, true)) {
            loop.execute(() -> {
                nudged.set(false);
                core.nudge();
                turn();
            });
        }
    }

    private void answered(Request request, StoreClient.Answer answer, long startedNanos) {
        if (ended) {
            return;
        }
        inFlight = false;
        long now = clock.nanoTime();
        Exception failure = answer.failure();
        if (failure != null) {
            meters.asked(request.kind(), "failed", now - startedNanos);
            core.failed(request, now);
            storeHealth.failed(failure, now);
        } else {
            meters.asked(request.kind(), answer.done() ? "done" : "conflict", now - startedNanos);
            storeHealth.answered(now);
            if (request instanceof Request.Write write && answer.done()) {
                core.written(write, startedNanos, now);
            } else if (request instanceof Request.Write write) {
                core.conflict(write);
            } else {
                core.read(answer.records(), now);
                context.ready(true, "");
            }
            holders = core.holders();
        }
        turn();
    }

    private void tell() {
        for (Effect effect : core.drain()) {
            Listener listener = listeners.get(effect.role());
            if (listener == null) {
                continue;
            }
            if (effect instanceof Effect.Granted granted) {
                listener.granted(granted.token(), granted.validUntilNanos());
            } else if (effect instanceof Effect.Extended extended) {
                listener.extended(extended.validUntilNanos());
            } else if (effect instanceof Effect.Revoked revoked) {
                listener.revoked(revoked.reason());
            } else if (effect instanceof Effect.HandOverWanted wanted) {
                listener.handOverWanted(wanted.to(), wanted.reason());
            } else {
                throw new IllegalStateException("nobody tells " + effect);
            }
        }
    }

    /** Gives back what is held and takes the node's record away, if the store answers in time. */
    @Override
    public void stop(Runnable stopped) {
        if (!started) {
            end(stopped);
            return;
        }
        core.leave();
        whenLeft = stopped;
        loop.schedule(Math.min(LONGEST_LEAVE_NANOS, 2 * timing.requestTimeout().toNanos()), () -> endOnce());
        step();
    }

    private void leaveIfDone() {
        if (!inFlight && core.hasLeft()) {
            endOnce();
        }
    }

    private void endOnce() {
        Runnable left = whenLeft;
        if (left != null) {
            whenLeft = null;
            end(left);
        }
    }

    private void end(Runnable stopped) {
        ended = true;
        EventLoop.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
        stopped.run();
    }

    @Override
    public void close() {
        meters.close();
        Worker thread = worker;
        if (thread != null) {
            thread.execute(client::close);
            thread.close();
        }
    }

    private final class Standpoint implements Candidacy {
        private final String role;

        Standpoint(String role) {
            this.role = role;
        }

        @Override
        public void release(String to, long pauseNanos) {
            core.release(role, to, pauseNanos, clock.nanoTime());
            stepSoon();
        }

        @Override
        public void withdraw() {
            listeners.remove(role);
            core.withdraw(role, clock.nanoTime());
            stepSoon();
        }

        @Override
        public String whyNot(String to) {
            return core.whyNot(role, to, clock.nanoTime());
        }
    }
}
