package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.core.spi.Measure;
import io.holdfast.loadbalance.outlier.Cause;
import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.pick.CoarseTime;
import io.holdfast.loadbalance.pick.Decay;
import io.holdfast.loadbalance.pick.EndpointStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a balancer counts. Changed by the balancer's own thread, but for {@link #refused}. */
final class BalancerMeters {
    /** More endpoints than this have no meters of their own: a registry is no place for thousands. */
    static final int MOST_ENDPOINTS = 200;

    private static final Measure ENDPOINTS = gauge(
            "endpoints", "endpoints by `state`: `all`, `serving`, `ejected`, `down`, `draining`, `starting`", "state");
    private static final Measure PANIC = gauge(
            "panic",
            "1 while too few endpoints are available to take all requests, so that others get some too; else 0");
    private static final Measure ELSEWHERE =
            gauge("elsewhere", "what part of the requests leaves the caller's zone or the first priority, 0 to 1");
    private static final Measure CHANGES = counter("changes", "times that what picks go by was made anew");
    private static final Measure REFUSED = counter(
            "refused",
            "requests that found nobody, by `reason`: `full`, as many are in flight as may be in all; `nobody`, no endpoint may take one",
            "reason");
    private static final Measure EJECTIONS =
            counter("ejections", "times that an endpoint was taken out as an outlier, by `cause`", "cause");
    private static final Measure SPARED = counter(
            "spared", "times that an outlier was left in since too few would have been left, by `cause`", "cause");
    private static final Measure IN_FLIGHT =
            gauge("inflight", "requests of this caller in flight at an endpoint", "endpoint");
    private static final Measure LATENCY = gauge(
                    "latency",
                    "latency that is expected of an endpoint: at once up, slowly down; 0 if unknown",
                    "endpoint")
            .in("seconds");
    private static final Measure REQUESTS = counter(
            "requests",
            "requests that ended, by `endpoint` and `outcome`: `success`, `failure`, `overloaded`",
            "endpoint",
            "outcome");

    private final MeterRegistry registry;
    private final Tags tags;
    private final BalancerCore core;
    private final Decay decay;
    private final CoarseTime time;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<EndpointStats, OfEndpoint> ofEndpoints = new HashMap<>();
    private final Map<Cause, Counter> ejections = new EnumMap<>(Cause.class);
    private final Map<Cause, Counter> spared = new EnumMap<>(Cause.class);
    private final Counter changes;
    private final Counter full;
    private final Counter nobody;
    private final Map<String, AtomicInteger> counts = new HashMap<>();
    private volatile double panic;
    private volatile double elsewhere;

    private static Measure gauge(String name, String description, String... more) {
        return Measure.gauge("holdfast.loadbalance." + name, description, tagKeys(more));
    }

    private static Measure counter(String name, String description, String... more) {
        return Measure.counter("holdfast.loadbalance." + name, description, tagKeys(more));
    }

    private static String[] tagKeys(String... more) {
        List<String> keys = new ArrayList<>(List.of("cluster", "node", "service"));
        keys.addAll(List.of(more));
        return keys.toArray(new String[0]);
    }

    BalancerMeters(
            MeterRegistry registry, Balancer.Identity identity, BalancerCore core, Decay decay, CoarseTime time) {
        this.registry = registry;
        this.tags = Tags.of("cluster", identity.cluster(), "node", identity.node(), "service", identity.service());
        this.core = core;
        this.decay = decay;
        this.time = time;
        for (String state : List.of("all", "serving", "ejected", "down", "draining", "starting")) {
            AtomicInteger count = new AtomicInteger();
            counts.put(state, count);
            meters.add(ENDPOINTS.newGauge(registry, tags.and("state", state), count, AtomicInteger::get));
        }
        meters.add(PANIC.newGauge(registry, tags, this, m -> m.panic));
        meters.add(ELSEWHERE.newGauge(registry, tags, this, m -> m.elsewhere));
        this.changes = added(CHANGES.newCounter(registry, tags));
        this.full = added(REFUSED.newCounter(registry, tags.and("reason", "full")));
        this.nobody = added(REFUSED.newCounter(registry, tags.and("reason", "nobody")));
        for (Cause cause : Cause.values()) {
            Tags of = tags.and("cause", cause.name().toLowerCase(Locale.ROOT));
            ejections.put(cause, added(EJECTIONS.newCounter(registry, of)));
            spared.put(cause, added(SPARED.newCounter(registry, of)));
        }
    }

    private Counter added(Counter counter) {
        meters.add(counter);
        return counter;
    }

    /** Of one endpoint: taken back when it goes. */
    private final class OfEndpoint {
        private final List<Meter> own = new ArrayList<>();
        private final EndpointStats stats;
        private final Counter successes;
        private final Counter failures;
        private final Counter overloads;
        private long successesBefore;
        private long failuresBefore;
        private long overloadsBefore;

        OfEndpoint(String id, EndpointStats stats) {
            this.stats = stats;
            Tags of = tags.and("endpoint", id);
            own.add(IN_FLIGHT.newGauge(registry, of, stats, EndpointStats::inFlight));
            own.add(LATENCY.newGauge(registry, of, stats, s -> s.latencyNanos(time.ticks(), decay) / 1e9));
            this.successes = REQUESTS.newCounter(registry, of.and("outcome", "success"));
            this.failures = REQUESTS.newCounter(registry, of.and("outcome", "failure"));
            own.add(successes);
            this.overloads = REQUESTS.newCounter(registry, of.and("outcome", "overloaded"));
            own.add(failures);
            own.add(overloads);
        }

        void update() {
            long good = stats.successes();
            long bad = stats.failures();
            successes.increment((double) (good - successesBefore));
            failures.increment((double) (bad - failuresBefore));
            long shed = stats.overloads();
            overloads.increment((double) (shed - overloadsBefore));
            overloadsBefore = shed;
            successesBefore = good;
            failuresBefore = bad;
        }
    }

    /** A request found nobody. Safe from any thread. */
    void refused(boolean isFull) {
        (isFull ? full : nobody).increment();
    }

    void changed() {
        changes.increment();
    }

    void count(Verdict verdict) {
        if (verdict instanceof Verdict.Ejected out) {
            increment(ejections.get(out.cause()));
        } else if (verdict instanceof Verdict.Spared left) {
            increment(spared.get(left.cause()));
        }
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    /** Takes over what the balancer and its endpoints have counted. */
    void update() {
        panic = core.plan().panic() ? 1 : 0;
        int first =
                core.plan().groups().isEmpty() ? 0 : core.plan().groups().get(0).priority();
        String own = core.plan().groups().isEmpty()
                ? ""
                : core.plan().groups().get(0).zone();
        elsewhere = core.plan().groups().stream()
                .filter(group -> group.priority() != first || !group.zone().equals(own))
                .mapToDouble(group -> group.fraction())
                .sum();
        set("all", entry -> true);
        set("serving", entry -> entry.ejected == null && entry.health() != Health.DOWN && !entry.isDraining());
        set("ejected", entry -> entry.ejected != null);
        set("down", entry -> entry.health() == Health.DOWN);
        set("draining", Entry::isDraining);
        set("starting", Entry::isStarting);
        Map<EndpointStats, OfEndpoint> gone = new HashMap<>(ofEndpoints);
        core.entries().forEach((id, entry) -> {
            OfEndpoint known = gone.remove(entry.stats);
            if (known == null && ofEndpoints.size() < MOST_ENDPOINTS) {
                known = new OfEndpoint(id, entry.stats);
                ofEndpoints.put(entry.stats, known);
            }
            if (known != null) {
                known.update();
            }
        });
        gone.forEach((stats, known) -> {
            known.own.forEach(registry::remove);
            ofEndpoints.remove(stats);
        });
    }

    private void set(String state, Predicate<Entry> is) {
        AtomicInteger count = counts.get(state);
        if (count != null) {
            count.set((int) core.entries().values().stream().filter(is).count());
        }
    }

    void close() {
        meters.forEach(registry::remove);
        ofEndpoints.values().forEach(each -> each.own.forEach(registry::remove));
        ofEndpoints.clear();
    }
}
