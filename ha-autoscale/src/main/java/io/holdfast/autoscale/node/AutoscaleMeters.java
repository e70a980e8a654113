package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.fleet.FleetEffect;
import io.holdfast.autoscale.fleet.Stage;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What is measured of scaling. Figures of the whole cluster are not a number on nodes that do not decide. */
final class AutoscaleMeters implements AutoCloseable {
    private static final Measure DECIDES = Measure.gauge(
            "holdfast.scaling.decides", "1 on the node that decides on scaling, else 0", "cluster", "node");
    private static final Measure WANTED = Measure.gauge(
            "holdfast.scaling.wanted",
            "how many nodes there are to be; not a number on nodes that do not decide",
            "cluster",
            "node");
    private static final Measure NODES = Measure.gauge(
            "holdfast.scaling.nodes",
            "how many nodes are so far; not a number on nodes that do not decide",
            "cluster",
            "node",
            "stage");
    private static final Measure PAUSED = Measure.gauge(
            "holdfast.scaling.paused",
            "1 while somebody has paused scaling, else 0; not a number on nodes that do not decide",
            "cluster",
            "node");
    private static final Measure FAILING = Measure.gauge(
            "holdfast.scaling.failing",
            "1 while the target fails, else 0; not a number on nodes that do not decide",
            "cluster",
            "node");
    private static final Measure START_UP = Measure.gauge(
                    "holdfast.scaling.start",
                    "how long new nodes take to serve and be warm, as far as is known; not a number on nodes that do not decide",
                    "cluster",
                    "node")
            .in("seconds");
    private static final Measure DECISIONS = Measure.counter(
            "holdfast.scaling.decisions",
            "decisions of this node, by whether more nodes are wanted by them, fewer, or as many",
            "cluster",
            "node",
            "direction");
    private static final Measure OUTCOMES = Measure.counter(
            "holdfast.scaling.outcomes",
            "nodes that were added and removed, and what failed",
            "cluster",
            "node",
            "outcome");

    private enum Direction {
        OUT,
        IN,
        NONE;

        static Direction of(ScalingDecision decision) {
            return decision.to() > decision.from() ? OUT : decision.to() < decision.from() ? IN : NONE;
        }
    }

    private final MeterRegistry registry;
    private final Tags tags;
    private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

    AutoscaleMeters(MeterRegistry registry, String cluster, String node, Supplier<DriverView> view) {
        this.registry = registry;
        this.tags = Tags.of("cluster", cluster, "node", node);
        registered.add(DECIDES.newGauge(registry, tags, view, v -> v.get().token() == null ? 0 : 1));
        registered.add(WANTED.newGauge(
                registry, tags, view, whileDeciding(v -> v.state().wanted())));
        registered.add(PAUSED.newGauge(
                registry, tags, view, whileDeciding(v -> v.pausedBy().isEmpty() ? 0 : 1)));
        registered.add(FAILING.newGauge(
                registry, tags, view, whileDeciding(v -> v.trouble().isEmpty() ? 0 : 1)));
        registered.add(START_UP.newGauge(
                registry, tags, view, whileDeciding(v -> v.startUpNanos() / (double) TimeUnit.SECONDS.toNanos(1))));
        for (Stage stage : Stage.values()) {
            registered.add(
                    NODES.newGauge(registry, tags.and("stage", word(stage)), view, whileDeciding(v -> v.count(stage))));
        }
        // So that they are there before anything has happened: whoever counts what was added sees the first one, too.
        for (Direction direction : Direction.values()) {
            counter(DECISIONS, tags.and("direction", word(direction)));
        }
        for (FleetEffect.Tell.Kind kind : FleetEffect.Tell.Kind.values()) {
            counter(OUTCOMES, tags.and("outcome", word(kind)));
        }
    }

    private static ToDoubleFunction<Supplier<DriverView>> whileDeciding(ToDoubleFunction<DriverView> value) {
        return view -> {
            DriverView now = view.get();
            return now.token() == null ? Double.NaN : value.applyAsDouble(now);
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void decided(ScalingDecision decision) {
        counter(DECISIONS, tags.and("direction", word(Direction.of(decision)))).increment();
    }

    void told(FleetEffect.Tell what) {
        counter(OUTCOMES, tags.and("outcome", word(what.kind()))).increment();
    }

    private Counter counter(Measure measure, Tags values) {
        Counter counter = measure.newCounter(registry, values);
        registered.add(counter);
        return counter;
    }

    @Override
    public void close() {
        registered.forEach(registry::remove);
        registered.clear();
    }
}
