package io.holdfast.core;

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

    TenureMeters(MeterRegistry registry, String node, String role, EventFeed events) {
        this.registry = registry;
        this.role = role;
        this.events = events;
        Tags tags = Tags.of("node", node, "role", role);
        grants = Counter.builder("holdfast.role.grants")
                .description("how often this node was granted the role")
                .tags(tags)
                .register(registry);
        lapses = Counter.builder("holdfast.role.lapses")
                .description("grants that ended because they could not be renewed in time")
                .tags(tags)
                .register(registry);
        overruns = Counter.builder("holdfast.role.overruns")
                .description("grants whose callbacks went on for longer than stopWithin")
                .tags(tags)
                .register(registry);
        failures = Counter.builder("holdfast.role.failures")
                .description("callbacks of the role that threw")
                .tags(tags)
                .register(registry);
        stops = Timer.builder("holdfast.role.stop")
                .description("from the end of a grant until its callbacks had returned")
                .tags(tags)
                .register(registry);
        held = Gauge.builder("holdfast.role.held", this, m -> m.holds ? 1 : 0)
                .description("1 while this node holds the role or its callbacks still run")
                .tags(tags)
                .register(registry);
        token = Gauge.builder("holdfast.role.token", this, m -> m.lastToken)
                .description("the fencing token of this node's latest grant")
                .tags(tags)
                .register(registry);
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
