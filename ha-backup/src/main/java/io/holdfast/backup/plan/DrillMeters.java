package io.holdfast.backup.plan;

import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What is measured of drills. That of a layer has a value while the node holds the role only. */
final class DrillMeters implements AutoCloseable {
    private static final Measure AGE = Measure.gauge(
                    "holdfast.backup.drill.age",
                    "how long ago the last good drill of that source in that layer began; not a number where there is none, and on"
                            + " nodes that do not do the backups",
                    "cluster",
                    "node",
                    "layer",
                    "source")
            .in("seconds");
    private static final Measure INDEX = Measure.gauge(
            "holdfast.backup.drill.index",
            "up to which entry that layer has been proven to restore; 0 for sources that have to do with no log, not a number where it"
                    + " has not been, and on nodes that do not do the backups",
            "cluster",
            "node",
            "layer",
            "source");
    private static final Measure DONE = Measure.timer(
            "holdfast.backup.drills", "drills, by what came of them", "cluster", "node", "layer", "source", "outcome");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Supplier<DriverView> view;
    private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

    /** @param tags of the cluster and the node */
    DrillMeters(
            MeterRegistry registry, Tags tags, PlanConfig plan, Supplier<DriverView> view, LongSupplier wallMillis) {
        this.registry = registry;
        this.tags = tags;
        this.view = view;
        plan.drills().forEach(drill -> plan.layers().forEach(layer -> {
            String source = drill.source();
            gauge(
                    AGE,
                    layer.name(),
                    source,
                    good -> (double) (wallMillis.getAsLong() - good.id().began().toEpochMilli()) / 1000);
            gauge(INDEX, layer.name(), source, good -> (double) good.index());
            for (Outcome outcome : Outcome.values()) { // so that they are there before anything has happened
                registered.add(DONE.newTimer(registry, of(layer.name(), source, outcome)));
            }
        }));
    }

    private void gauge(Measure measure, String layer, String source, ToDoubleFunction<DrillRecord> value) {
        Tags of = tags.and("layer", layer, "source", source);
        registered.add(measure.newGauge(registry, of, view, current -> current.get().proven().stream()
                .filter(good ->
                        good.layer().equals(layer) && good.record().source().equals(source))
                .findFirst()
                .map(good -> value.applyAsDouble(good.record()))
                .orElse(Double.NaN)));
    }

    private Tags of(String layer, String source, Outcome outcome) {
        return tags.and("layer", layer, "source", source, "outcome", outcome.name());
    }

    void drilled(String layer, DrillRecord record) {
        DONE.newTimer(registry, of(layer, record.source(), record.outcome()))
                .record(record.tookMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        registered.forEach(registry::remove);
    }
}
