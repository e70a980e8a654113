package io.holdfast.membership.node;

import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** How many members a node sees, and what happened to them. Changed on the loop. */
final class ViewMeters {
    private static final Measure MEMBERS = Measure.gauge(
            "holdfast.membership.members",
            "members as this node sees them, itself included, by `state`",
            "cluster",
            "node",
            "state");
    private static final Measure EVENTS = Measure.counter(
            "holdfast.membership.events",
            "what happened to members as this node saw it, by `kind`: `joined`, `suspected`, `died` and so on",
            "cluster",
            "node",
            "kind");

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<MemberEvent.Kind, Counter> events = new EnumMap<>(MemberEvent.Kind.class);

    ViewMeters(FeatureContext context, Supplier<Members> members) {
        this.registry = context.meters();
        Tags tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        for (MemberState state : MemberState.values()) {
            meters.add(MEMBERS.newGauge(
                    registry, tags.and("state", word(state)), members, seen -> count(seen.get(), state)));
        }
        for (MemberEvent.Kind kind : MemberEvent.Kind.values()) {
            Counter counter = EVENTS.newCounter(registry, tags.and("kind", word(kind)));
            events.put(kind, counter);
            meters.add(counter);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static double count(Members members, MemberState state) {
        return members.all().stream().filter(m -> m.state() == state).count();
    }

    void count(MemberEvent.Kind kind) {
        Counter counter = events.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    void close() {
        meters.forEach(registry::remove);
    }
}
