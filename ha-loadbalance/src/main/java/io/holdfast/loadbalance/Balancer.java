package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.pick.CoarseTime;
import io.holdfast.loadbalance.pick.Decay;
import io.holdfast.loadbalance.pick.Slots;
import io.holdfast.loadbalance.route.Pickers;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks endpoints of one service, and learns from how requests to them end. What calls are made of: {@link #begin}, the request, and
 * {@link #end} with how it ended, exactly once.
 *
 * <pre>{@code
 * Target target = balancer.begin(key, null);
 * if (target == null) throw new NotAvailableException(balancer.explain().whyNobody());
 * long began = System.nanoTime();
 * try {
 *     answer = http.send(request(target.endpoint().uri("/orders")));
 *     balancer.end(target, System.nanoTime() - began, Outcome.SUCCESS);
 * } catch (IOException e) {
 *     balancer.end(target, System.nanoTime() - began, Outcome.FAILURE);
 * }
 * }</pre>
 *
 * <p>Picks read an immutable snapshot: they take no lock, never wait for a change, and allocate nothing. Changes and judgements run
 * on the {@link BalancerRuntime}'s thread, once for all changes that have come meanwhile. If that thread stands still picks go on
 * with what they have. Safe from any thread.
 */
public final class Balancer implements AutoCloseable {
    /** How often it looks at time: outliers that are silent, slow starts, ends of ejections. */
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();

    private static final Logger log = LoggerFactory.getLogger(Balancer.class);

    private final Identity identity;
    private final BalancerSettings settings;
    private final BalancerRuntime runtime;
    private final CoarseTime time;
    private final Decay decay;
    private final BalancerCore core;
    private final BalancerMeters meters;
    private final BalancerLog words;
    /** All requests in flight, for a hash with a bound; null if nobody needs to know. */
    private final @Nullable LongAdder inFlight;
    /** The same, exactly; null without a bound on all. */
    private final @Nullable AtomicInteger bounded;

    private final int wakeAtFailures;
    private final AtomicBoolean queued = new AtomicBoolean();
    private final PendingChanges pending = new PendingChanges();
    private volatile Routing routing;
    private BalancerRuntime.@Nullable Repeating ticking;
    private long windowBegan;
    private volatile boolean closed;

    /**
     * Whose it is, for logs and metrics.
     *
     * @param cluster the cluster's name, or what the caller calls itself
     * @param node the node's or client's id
     * @param service what is balanced over
     */
    public record Identity(String cluster, String node, String service) {}

    private Balancer(Identity identity, BalancerSettings settings, BalancerRuntime runtime, MeterRegistry registry) {
        this.identity = identity;
        this.settings = settings;
        this.runtime = runtime;
        int processors = Runtime.getRuntime().availableProcessors();
        Chance chance = new Chance(runtime.seed(), processors);
        this.windowBegan = runtime.nanoTime();
        this.time = new CoarseTime(windowBegan);
        Duration fades =
                settings.algorithm() instanceof Algorithm.PeakEwma ewma ? ewma.decay() : Algorithm.PeakEwma.USUAL_DECAY;
        this.decay = new Decay(fades.toNanos());
        LongAdder sum = settings.algorithm() instanceof Algorithm.BoundedKeyHash ? new LongAdder() : null;
        this.inFlight = sum;
        this.bounded = settings.mostInFlightInAll() < BalancerSettings.UNBOUNDED ? new AtomicInteger() : null;
        Pickers pickers =
                new Pickers(settings.algorithm(), chance, time, decay, processors, sum == null ? () -> 0 : sum::sum);
        this.core = new BalancerCore(settings, pickers, chance, decay);
        this.routing = core.current();
        int inARow = settings.outliers().failuresInARow();
        this.wakeAtFailures = inARow == 0 ? Integer.MAX_VALUE : inARow;
        this.meters = new BalancerMeters(registry, identity, core, decay, time);
        this.words = new BalancerLog(log, identity.service());
    }

    /** Starts one, without any endpoint yet. */
    public static Balancer start(
            Identity identity, BalancerSettings settings, BalancerRuntime runtime, MeterRegistry registry) {
        Balancer balancer = new Balancer(identity, settings, runtime, registry);
        balancer.ticking = runtime.every(TICK_NANOS, balancer::step);
        return balancer;
    }

    // ---- what is picked ----

    /** Picks without a key and without counting anything; null if there is nobody. */
    public @Nullable Target pick() {
        return routing.pick();
    }

    /** Picks by a key, see {@link RequestKey}, without counting anything; null if there is nobody. */
    public @Nullable Target pick(long key) {
        return routing.pick(key);
    }

    /** Begins a request without a key. */
    public @Nullable Target begin() {
        return begin(0, null);
    }

    /**
     * Picks, and counts a request as on its way to it; {@link #end} has to follow.
     *
     * @param key see {@link RequestKey}; with 0 a hash picks anybody
     * @param tried where this request is not to go again; null for nowhere yet
     * @return null if nobody may take it: {@link #explain()} says why
     */
    public @Nullable Target begin(long key, @Nullable Tried tried) {
        Routing now = routing;
        if (!enter()) {
            return null;
        }
        return entered(now.begin(key, tried, time.ticks()));
    }

    /**
     * The same for a session: it stays where it is bound, also if that endpoint drains or its address changes; if it is out, down or
     * gone another one is picked by {@code key}, and the caller binds the session anew if {@link Target#session()} differs.
     *
     * @param session what {@link Target#session()} gave, as the client sent it; anything else is a new session
     */
    public @Nullable Target begin(@Nullable String session, long key, @Nullable Tried tried) {
        long bound = SessionTable.parse(session);
        Routing now = routing;
        if (!enter()) {
            return null;
        }
        Target target = bound == 0 ? null : now.beginSession(bound, tried, time.ticks());
        return entered(target != null ? target : now.begin(key, tried, time.ticks()));
    }

    /**
     * Counts a request as on its way to that very endpoint, whatever health, outliers and draining say of it: there is only one
     * master. {@link #end} has to follow.
     *
     * @param id of an endpoint
     * @return null if it is not on the list, or has as many requests in flight as it may
     */
    public @Nullable Target beginAt(String id) {
        return beginAt(routing, id);
    }

    /** As {@link #beginAt(String)}, by a {@link #routing()} that may be asked afterwards what null stood for. */
    @Nullable
    Target beginAt(Routing now, String id) {
        if (!enter()) {
            return null;
        }
        return entered(now.beginAt(Target.idHash(id), time.ticks()));
    }

    /** What picks go by at this moment. */
    Routing routing() {
        return routing;
    }

    private boolean enter() {
        AtomicInteger all = bounded;
        if (all != null && all.getAndIncrement() >= settings.mostInFlightInAll()) {
            all.getAndDecrement();
            meters.refused(true);
            return false;
        }
        return true;
    }

    private @Nullable Target entered(@Nullable Target target) {
        if (target == null) {
            AtomicInteger all = bounded;
            if (all != null) {
                all.getAndDecrement();
            }
            meters.refused(false);
        } else if (inFlight != null) {
            inFlight.increment();
        }
        return target;
    }

    /**
     * A request that was begun has ended.
     *
     * @param target what {@link #begin} gave
     * @param latencyNanos how long it took
     * @param outcome what that says of the endpoint
     */
    public void end(Target target, long latencyNanos, Outcome outcome) {
        LongAdder sum = inFlight;
        if (sum != null) {
            sum.decrement();
        }
        AtomicInteger all = bounded;
        if (all != null) {
            all.getAndDecrement();
        }
        if (outcome == Outcome.SUCCESS) {
            target.stats().succeed(latencyNanos, time.ticks(), decay);
        } else if (outcome == Outcome.CANCELLED) {
            target.stats().cancel();
        } else if (outcome == Outcome.OVERLOADED) {
            target.stats().shed(time.ticks(), decay);
        } else {
            int inARow = target.stats().fail(latencyNanos, time.ticks(), decay);
            if (inARow % wakeAtFailures == 0 || target.stats().isOnProbation()) {
                wake();
            }
        }
    }

    /**
     * Counts what is kept for longer than an answer takes, such as a connection that was handed out: it is in flight at that very
     * endpoint for algorithms and bounds, and however long it lasts the endpoint is not silent for that. {@link #release} has to follow.
     *
     * @param id of an endpoint
     * @return null if it is not on the list, or has as many requests in flight as it may: then nothing is counted
     */
    public @Nullable Target hold(String id) {
        Target target = beginAt(id);
        if (target != null) {
            target.stats().held(1);
        }
        return target;
    }

    /**
     * What was kept is given back.
     *
     * @param target what {@link #hold} gave, exactly once each
     * @param failed whether it broke, which counts against the endpoint; how long it was kept says nothing of that
     */
    public void release(Target target, boolean failed) {
        end(target, 0, failed ? Outcome.FAILURE : Outcome.CANCELLED);
        target.stats().held(-1);
    }

    // ---- what it is told ----

    /**
     * Takes over a list of endpoints. Endpoints are known by their ids: what is known of those that stay is kept. Of lists that come
     * faster than they can be taken over only the last one is.
     *
     * @param endpoints at most 10,000, each id once
     * @param epoch rises with each list of a source; a list of an earlier one than that in use is ignored
     * @return completes, on the runtime's thread, when picks go by it or by a later one; at once after {@link #close}; with what the
     *     caller's {@link BalancerSettings#priority()} throws, and then picks go by the list before
     */
    public CompletionStage<Void> update(Collection<Endpoint> endpoints, long epoch) {
        if (endpoints.size() > Slots.MOST) {
            throw new IllegalArgumentException(endpoints.size() + " endpoints of " + identity.service() + "; at most "
                    + Slots.MOST + " are balanced over");
        }
        TreeSet<String> ids = new TreeSet<>();
        for (Endpoint endpoint : endpoints) {
            if (!ids.add(endpoint.id())) {
                throw new IllegalArgumentException(
                        "two endpoints of " + identity.service() + " have the id " + endpoint.id());
            }
        }
        CompletableFuture<Void> done = pending.endpoints(List.copyOf(endpoints), epoch);
        wake();
        return done;
    }

    /** How an endpoint is, by a health check or by what it says itself; UP until told otherwise. An unknown id is ignored. */
    public CompletionStage<Void> health(String id, Health health) {
        CompletableFuture<Void> done = pending.health(id, health);
        wake();
        return done;
    }

    /**
     * Whether an endpoint is to get nothing new: new keys and requests go elsewhere, sessions stay for {@link
     * BalancerSettings#draining()}. An unknown id is ignored.
     */
    public CompletionStage<Void> drain(String id, boolean is) {
        CompletableFuture<Void> done = pending.draining(id, is);
        wake();
        return done;
    }

    private void wake() {
        if (closed) {
            release();
        } else if (queued.compareAndSet(false, true)) {
            try {
                runtime.execute(this::step);
            } catch (RejectedExecutionException ended) {
                queued.set(false);
                release(); // whose thread has ended changes nothing any more, as one that is closed; picks go on
            }
        }
    }

    /** Nobody waits for a step that will not come. */
    private void release() {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        pending.take(waiting);
        waiting.forEach(each -> each.complete(null));
    }

    /** What fails in a step, such as a priority of the caller's, is told and does not end the balancer's work. */
    private void step() {
        queued.set(false); // what comes from here on is seen to by another step
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        try {
            step(waiting);
        } catch (RuntimeException e) {
            log.error("{}: what picks go by stays as it was: {}", identity.service(), e, e);
            waiting.forEach(each -> each.completeExceptionally(e));
            return;
        }
        waiting.forEach(each -> each.complete(null));
    }

    private void step(List<CompletableFuture<Void>> waiting) {
        synchronized (core) {
            Changes changes = pending.take(waiting);
            if (closed) { // its meters are gone, and must not come back
                return;
            }
            long now = runtime.nanoTime();
            time.set(now);
            boolean windowIsOver =
                    now - windowBegan >= settings.outliers().window().toNanos();
            if (windowIsOver) {
                windowBegan = now;
            }
            BalancerCore.Step step = core.step(now, changes, windowIsOver);
            if (step.routing() != routing) {
                routing = step.routing();
                meters.changed();
            }
            for (Verdict verdict : step.verdicts()) {
                words.say(verdict, now, core);
                meters.count(verdict);
            }
            words.say(core.plan());
            meters.update();
        }
    }

    // ---- what it says ----

    /** Why it picks as it does: each endpoint, what part it gets, and why. Costs some microseconds. */
    public BalancerExplanation explain() {
        synchronized (core) {
            return core.explain(runtime.nanoTime(), identity.service());
        }
    }

    /**
     * To which endpoints a key goes at this moment: to the first, and on a retry, or where that is full, to the next. Empty for an
     * algorithm that takes no notice of keys. For people: it costs far more than a pick.
     */
    public List<Endpoint> ranks(long key) {
        return routing.ranks(key).stream().map(Target::endpoint).toList();
    }

    /** Whose it is. */
    public Identity identity() {
        return identity;
    }

    /** How it goes about it. */
    public BalancerSettings settings() {
        return settings;
    }

    /** True if somebody may be picked, were it not full: why {@link #begin} has given null. */
    boolean hasSomebody() {
        return routing.pick() != null;
    }

    /** Ends its own work and takes its meters back. Picks go on with what they have. Idempotent. */
    @Override
    public void close() {
        BalancerRuntime.Repeating repeating = ticking;
        synchronized (core) {
            if (closed) {
                return;
            }
            closed = true;
            meters.close();
        }
        if (repeating != null) {
            repeating.cancel();
        }
        release();
    }
}
