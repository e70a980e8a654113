package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is measured of backups. Those of a layer or a source have a value while the node holds the role only. */
final class BackupMeters implements AutoCloseable {
    private static final Measure HOLDER =
            Measure.gauge("holdfast.backup.holder", "1 on the node that does the backups, else 0", "cluster", "node");
    private static final Measure ALERTS = Measure.gauge(
            "holdfast.backup.alerts", "what is wrong with backups, of that kind", "cluster", "node", "kind");
    private static final Measure AGE = Measure.gauge(
                    "holdfast.backup.age",
                    "how long ago the last good backup began; not a number where there is none, and on nodes that do not do the"
                            + " backups",
                    "cluster",
                    "node",
                    "source")
            .in("seconds");
    private static final Measure HELD = Measure.gauge(
            "holdfast.backup.layer.backups",
            "backups and parts of the log in that layer; not a number on nodes that do not do the backups",
            "cluster",
            "node",
            "layer");
    private static final Measure LACKS = Measure.gauge(
            "holdfast.backup.layer.lacks",
            "what that layer should have and has not yet; not a number on nodes that do not do the backups",
            "cluster",
            "node",
            "layer");
    private static final Measure PROGRESS = Measure.gauge(
                    "holdfast.backup.layer.progress",
                    "what the backups and copies that are being written into that layer have stored so far",
                    "cluster",
                    "node",
                    "layer")
            .in("bytes");
    private static final Measure MADE = Measure.timer(
            "holdfast.backup.made",
            "backups that were made, parts of the log among them",
            "cluster",
            "node",
            "source",
            "kind");
    private static final Measure WRITTEN = Measure.counter(
                    "holdfast.backup.layer.written",
                    "what was stored in that layer, copies among it",
                    "cluster",
                    "node",
                    "layer")
            .in("bytes");
    private static final Measure COPIED = Measure.counter(
            "holdfast.backup.layer.copied", "backups copied into that layer", "cluster", "node", "layer");
    private static final Measure MERGED = Measure.counter(
            "holdfast.backup.layer.merged",
            "parts of the log that were put together with others in that layer; they are deleted afterwards",
            "cluster",
            "node",
            "layer");
    private static final Measure DELETED = Measure.counter(
            "holdfast.backup.layer.deleted", "backups thrown away in that layer", "cluster", "node", "layer");
    private static final Measure RESTED = Measure.counter(
                    "holdfast.backup.layer.rested",
                    "how long what was written there has waited so that the node's loop was on time",
                    "cluster",
                    "node",
                    "layer")
            .in("seconds");
    private static final Measure FAILED = Measure.counter(
            "holdfast.backup.failed",
            "what was to be done in that layer and failed, by what it was and whose fault it is",
            "cluster",
            "node",
            "layer",
            "job",
            "fault");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Supplier<DriverView> view;
    private final DrillMeters drills;
    private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

    BackupMeters(
            MeterRegistry registry,
            String cluster,
            String node,
            PlanConfig plan,
            Supplier<DriverView> view,
            LongSupplier wallMillis) {
        this.registry = registry;
        this.tags = Tags.of("cluster", cluster, "node", node);
        this.view = view;
        this.drills = new DrillMeters(registry, tags, plan, view, wallMillis);
        gauge(HOLDER, tags, v -> v.token() == null ? 0 : 1);
        for (Alert.Kind kind : Alert.Kind.values()) {
            gauge(ALERTS, tags.and("kind", kind.name()), v ->
                    (double) v.alerts().stream().filter(a -> a.kind() == kind).count());
        }
        plan.sources()
                .forEach(source -> gauge(AGE, tags.and("source", source.name()), v -> {
                    Instant last = v.last().get(source.name());
                    return last == null ? Double.NaN : (double) (wallMillis.getAsLong() - last.toEpochMilli()) / 1000;
                }));
        plan.layers().forEach(layer -> {
            Tags of = layer(layer.name());
            gauge(HELD, of, v -> orNan(v.held().get(layer.name())));
            gauge(LACKS, of, v -> orNan(v.lacks().get(layer.name())));
            gauge(PROGRESS, of, v -> (double) v.jobs().stream()
                    .filter(job -> job.layer().equals(layer.name()))
                    .mapToLong(job -> job.watch().storedBytes())
                    .sum());
            // So that they are there before anything has happened.
            counter(WRITTEN, of);
            counter(COPIED, of);
            counter(MERGED, of);
            counter(DELETED, of);
            counter(RESTED, of);
        });
    }

    private static double orNan(@Nullable Integer count) {
        return count == null ? Double.NaN : count;
    }

    private void gauge(Measure measure, Tags of, ToDoubleFunction<DriverView> value) {
        registered.add(measure.newGauge(registry, of, view, v -> value.applyAsDouble(v.get())));
    }

    private Counter counter(Measure measure, Tags of) {
        Counter counter = measure.newCounter(registry, of);
        registered.add(counter);
        return counter;
    }

    private Tags layer(String name) {
        return tags.and("layer", name);
    }

    void made(String layer, String source, String kind, long bytes, long tookNanos) {
        Timer timer = MADE.newTimer(registry, tags.and("source", source, "kind", kind));
        registered.add(timer);
        timer.record(tookNanos, TimeUnit.NANOSECONDS);
        counter(WRITTEN, layer(layer)).increment((double) bytes);
    }

    void copied(String layer, long bytes) {
        counter(COPIED, layer(layer)).increment();
        counter(WRITTEN, layer(layer)).increment((double) bytes);
    }

    void merged(String layer, int parts, long bytes) {
        counter(MERGED, layer(layer)).increment(parts);
        counter(WRITTEN, layer(layer)).increment((double) bytes);
    }

    void deleted(String layer, int count) {
        counter(DELETED, layer(layer)).increment(count);
    }

    void rested(String layer, long nanos) {
        counter(RESTED, layer(layer)).increment(nanos / 1e9);
    }

    void failed(String layer, String job, String fault) {
        counter(FAILED, layer(layer).and("job", job, "fault", fault)).increment();
    }

    void drilled(String layer, DrillRecord record) {
        drills.drilled(layer, record);
    }

    @Override
    public void close() {
        drills.close();
        registered.forEach(registry::remove);
    }
}
