package io.holdfast.core.spi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is measured: the one place that knows its name, its unit, its tags and what it means. Every meter is made of
 * one, which is a constant of the class that registers it; the reference in the documentation is made of these constants.
 * Immutable.
 *
 * @param name of the meter, lower case with dots
 * @param kind of the meter
 * @param unit {@code bytes}, {@code seconds} or {@code entries}; empty for a plain number or count, since some registries put it
 *     into the name, and for a timer, whose unit is the registry's
 * @param tags the keys of all its tags
 * @param description what it means, for people
 */
public record Measure(String name, Kind kind, String unit, List<String> tags, String description) {

    /** The kinds of meters in use. */
    public enum Kind {
        /** Only rises, from 0 when the node starts. */
        COUNTER,
        /** A value of now. */
        GAUGE,
        /** How often, and how long it took. */
        TIMER
    }

    /** Checks the name, and that it means something. */
    public Measure {
        tags = List.copyOf(tags);
        if (!name.matches("holdfast(\\.[a-z]+)+") || description.isBlank()) {
            throw new IllegalArgumentException("measure \"" + name
                    + "\": name it holdfast.log.term, in lower case with dots, and say what it means");
        }
    }

    /** Something that is counted. */
    public static Measure counter(String name, String description, String... tags) {
        return new Measure(name, Kind.COUNTER, "", List.of(tags), description);
    }

    /** Something that is looked at. */
    public static Measure gauge(String name, String description, String... tags) {
        return new Measure(name, Kind.GAUGE, "", List.of(tags), description);
    }

    /** Something that takes time. */
    public static Measure timer(String name, String description, String... tags) {
        return new Measure(name, Kind.TIMER, "", List.of(tags), description);
    }

    /** The same in a unit. */
    public Measure in(String plural) {
        return new Measure(name, kind, plural, tags, description);
    }

    /** Registers it, or returns what is registered. */
    public Counter newCounter(MeterRegistry registry, Tags values) {
        check(Kind.COUNTER, values);
        return Counter.builder(name)
                .description(description)
                .baseUnit(baseUnit())
                .tags(values)
                .register(registry);
    }

    /** Registers it, or returns what is registered. */
    public Timer newTimer(MeterRegistry registry, Tags values) {
        check(Kind.TIMER, values);
        return Timer.builder(name).description(description).tags(values).register(registry);
    }

    /**
     * Registers it, or returns what is registered.
     *
     * @param of what is looked at; the registry does not keep it from being collected
     */
    public <T> Gauge newGauge(MeterRegistry registry, Tags values, T of, ToDoubleFunction<T> value) {
        check(Kind.GAUGE, values);
        return Gauge.builder(name, of, value)
                .description(description)
                .baseUnit(baseUnit())
                .tags(values)
                .register(registry);
    }

    private @Nullable String baseUnit() {
        return unit.isEmpty() ? null : unit;
    }

    private void check(Kind wanted, Tags values) {
        Set<String> keys = values.stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
        if (kind != wanted || !keys.equals(new TreeSet<>(tags))) {
            throw new IllegalStateException(name + " is a " + kind + " with the tags " + tags + ", not a " + wanted
                    + " with " + Arrays.toString(keys.toArray()));
        }
    }
}
