package io.holdfast.integrations.election;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What is measured of the requests to the store; on the loop, save {@link #close}. */
final class ElectionMeters {
    private static final Measure REQUESTS = Measure.timer(
            "holdfast.election.requests",
            "requests to the store that elections rest on: `engine` is the store, `kind` is `read`, `renew`, `take`, `release`,"
                    + " `expire` or `leave`, `outcome` is `done`, `conflict` or `failed`",
            "cluster",
            "node",
            "engine",
            "kind",
            "outcome");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<String, Timer> timers = new HashMap<>();

    ElectionMeters(MeterRegistry registry, String cluster, String node, String engine) {
        this.registry = registry;
        this.tags = Tags.of("cluster", cluster, "node", node, "engine", engine);
    }

    /** @param outcome {@code done}, {@code conflict} or {@code failed} */
    synchronized void asked(String kind, String outcome, long nanos) {
        timers.computeIfAbsent(
                        kind + '/' + outcome,
                        name -> REQUESTS.newTimer(registry, tags.and("kind", kind, "outcome", outcome)))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    synchronized void close() {
        for (Meter meter : timers.values()) {
            registry.remove(meter);
        }
        timers.clear();
    }
}
