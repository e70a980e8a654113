package io.holdfast.integrations.election;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What is measured of the requests to the store; on the loop, save {@link #close}. */
final class ElectionMeters {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<String, Timer> timers = new HashMap<>();

    ElectionMeters(MeterRegistry registry, String node, String engine) {
        this.registry = registry;
        this.tags = Tags.of("node", node, "engine", engine);
    }

    /** @param outcome {@code done}, {@code conflict} or {@code failed} */
    synchronized void asked(String kind, String outcome, long nanos) {
        timers.computeIfAbsent(kind + '/' + outcome, name -> Timer.builder("holdfast.election.requests")
                        .description("requests to the store that elections rest on, and how long they took")
                        .tags(tags)
                        .tag("kind", kind)
                        .tag("outcome", outcome)
                        .register(registry))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    synchronized void close() {
        for (Meter meter : timers.values()) {
            registry.remove(meter);
        }
        timers.clear();
    }
}
