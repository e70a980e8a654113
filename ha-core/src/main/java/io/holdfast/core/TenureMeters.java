package io.holdfast.core;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is measured and told of one node's standing for one role. */
final class TenureMeters {
    private static final Measure GRANTS =
            measure(Measure::counter, "grants", "how often this node was granted the role");
    private static final Measure LAPSES = measure(
            Measure::counter,
            "lapses",
            "grants that could not be renewed in time: pauses, a full processor, a partition");
    private static final Measure OVERRUNS = measure(
            Measure::counter,
            "overruns",
            "grants whose callbacks went on for longer than `stopWithin`: each is a time at which only the token kept two"
                    + " nodes apart");
    private static final Measure FAILURES = measure(Measure::counter, "failures", "callbacks of the role that threw");
    private static final Measure STOPS =
            measure(Measure::timer, "stop", "from the end of a grant until its callbacks had returned");
    private static final Measure HELD =
            measure(Measure::gauge, "held", "1 while this node holds the role or its callbacks still run, else 0");
    private static final Measure TOKEN =
            measure(Measure::gauge, "token", "the fencing token of this node's latest grant; 0 before the first");

    private final MeterRegistry registry;
    private final String role;
    private final EventFeed events;
    private final Counter grants;
    private final Counter lapses;
    private final Counter overruns;
    private final Counter failures;
    private final Timer stops;
    private final Gauge held;
    private final Gauge token;
    private volatile boolean holds;
    private volatile long lastToken;

    private interface Maker {
        Measure make(String name, String description, String... tags);
    }

    private static Measure measure(Maker kind, String name, String description) {
        return kind.make("holdfast.role." + name, description, "cluster", "node", "role");
    }

    TenureMeters(MeterRegistry registry, String cluster, String node, String role, EventFeed events) {
        this.registry = registry;
        this.role = role;
        this.events = events;
        Tags tags = Tags.of("cluster", cluster, "node", node, "role", role);
        grants = GRANTS.newCounter(registry, tags);
        lapses = LAPSES.newCounter(registry, tags);
        overruns = OVERRUNS.newCounter(registry, tags);
        failures = FAILURES.newCounter(registry, tags);
        stops = STOPS.newTimer(registry, tags);
        held = HELD.newGauge(registry, tags, this, m -> m.holds ? 1 : 0);
        token = TOKEN.newGauge(registry, tags, this, m -> m.lastToken);
    }

    void granted(FencingToken of) {
        holds = true;
        lastToken = of.value();
        grants.increment();
        events.tell(HaEvent.Kind.ROLE_GRANTED, role, "token " + of);
    }

    /** The grant has ended; its callbacks may still run. */
    void grantEnded(String reason) {
        events.tell(HaEvent.Kind.ROLE_ENDED, role, reason);
    }

    void lapsed() {
        lapses.increment();
    }

    void overran() {
        overruns.increment();
        events.tell(HaEvent.Kind.ROLE_OVERRUN, role, "its callbacks still run");
    }

    void failed() {
        failures.increment();
    }

    void ended(long nanos) {
        holds = false;
        stops.record(nanos, TimeUnit.NANOSECONDS);
    }

    void close() {
        List<Meter> all = List.of(grants, lapses, overruns, failures, stops, held, token);
        all.forEach(registry::remove);
    }
}
