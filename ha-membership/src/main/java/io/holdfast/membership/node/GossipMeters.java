package io.holdfast.membership.node;

import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.membership.swim.Swim;
import io.holdfast.membership.swim.SwimStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What gossip counts. Changed on the loop. */
final class GossipMeters {
    private final MeterRegistry registry;
    private final String node;
    private final Swim core;
    private final List<Meter> meters = new ArrayList<>();
    private final List<Followed> followed = new ArrayList<>();
    private final Map<MemberEvent.Kind, Counter> events = new EnumMap<>(MemberEvent.Kind.class);
    private volatile int localHealth;
    private volatile int overTcp;

    private record Followed(Counter counter, ToLongFunction<SwimStats> value, long[] before) {}

    GossipMeters(MeterRegistry registry, String node, Supplier<Members> members, Swim core) {
        this.registry = registry;
        this.node = node;
        this.core = core;
        for (MemberState state : MemberState.values()) {
            meters.add(Gauge.builder("holdfast.members", members, seen -> count(seen.get(), state))
                    .description("Members as this node sees them, itself included")
                    .tag("node", node)
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry));
        }
        for (MemberEvent.Kind kind : MemberEvent.Kind.values()) {
            Counter counter = Counter.builder("holdfast.membership.events")
                    .description("What happened to members, as this node saw it")
                    .tag("node", node)
                    .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                    .register(registry);
            events.put(kind, counter);
            meters.add(counter);
        }
        gauge("holdfast.membership.local.health", "How far this node doubts itself, 0 to 8: its probes are that much slower");
        meters.add(Gauge.builder("holdfast.membership.tcp.only", this, m -> m.overTcp)
                .description("Members whom datagrams do not reach, so that gossip with them goes over TCP")
                .tag("node", node)
                .register(registry));
        follow("holdfast.membership.probes", "Probes of other members", SwimStats::probes);
        follow("holdfast.membership.probes.failed", "Probes without any answer", SwimStats::probesFailed);
        follow(
                "holdfast.membership.probes.indirect",
                "Probes that only an answer through another member saved",
                SwimStats::rescuedIndirectly);
        follow(
                "holdfast.membership.probes.tcp",
                "Probes that were answered over TCP alone",
                SwimStats::rescuedByStream);
        follow(
                "holdfast.membership.suspicions",
                "Suspicions that this node came to by itself",
                SwimStats::suspicionsRaised);
        follow(
                "holdfast.membership.suspicions.self",
                "Suspicions of this node that it refuted",
                SwimStats::suspicionsOfSelf);
        follow("holdfast.membership.refused", "Refused connections that were evidence", SwimStats::evidence);
        follow("holdfast.membership.exchanges", "Exchanges of the whole table", SwimStats::pushPulls);
        follow("holdfast.membership.late", "Times that this node's loop was late", SwimStats::late);
        follow(
                "holdfast.membership.full",
                "Members that were not let in because there are as many as may be",
                SwimStats::refusedFull);
    }

    private void gauge(String name, String description) {
        meters.add(Gauge.builder(name, this, m -> m.localHealth)
                .description(description)
                .tag("node", node)
                .register(registry));
    }

    private void follow(String name, String description, ToLongFunction<SwimStats> value) {
        Counter counter = Counter.builder(name)
                .description(description)
                .tag("node", node)
                .register(registry);
        meters.add(counter);
        followed.add(new Followed(counter, value, new long[1]));
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

    /** Takes over what the core has counted. */
    void update(int membersOverTcp) {
        localHealth = core.localHealth();
        overTcp = membersOverTcp;
        for (Followed each : followed) {
            long value = each.value().applyAsLong(core.stats());
            if (value != each.before()[0]) {
                each.counter().increment(value - each.before()[0]);
                each.before()[0] = value;
            }
        }
    }

    void close() {
        meters.forEach(registry::remove);
    }
}
