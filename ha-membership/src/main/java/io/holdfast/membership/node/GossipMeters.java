package io.holdfast.membership.node;

import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.holdfast.membership.swim.Swim;
import io.holdfast.membership.swim.SwimStats;
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
import java.util.function.ToLongFunction;

/** What gossip counts. Changed on the loop. */
final class GossipMeters {
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
    private static final Measure DOUBT = gauge(
            "doubt",
            "how far this node doubts itself, 0 to 8 (Lifeguard): its probes are that much slower, its loop is often late");
    private static final Measure OVER_TCP =
            gauge("tcp", "members whom datagrams do not reach, so that gossip with them goes over TCP");
    private static final Measure PROBES = counter("probes", "probes of other members");
    private static final Measure FAILED = counter("probes.failed", "probes without any answer");
    private static final Measure INDIRECT =
            counter("probes.indirect", "probes that only an answer through another member saved");
    private static final Measure BY_TCP = counter("probes.tcp", "probes that were answered over TCP alone");
    private static final Measure SUSPICIONS = counter("suspicions", "suspicions that this node came to by itself");
    private static final Measure OF_SELF = counter("suspicions.self", "suspicions of this node that it refuted");
    private static final Measure EVIDENCE =
            counter("refused", "refused connections that were evidence against a member");
    private static final Measure EXCHANGES = counter("exchanges", "exchanges of the whole table that this node began");
    private static final Measure LATE =
            counter("late", "times that this node's loop was so late that it put its judgement off");
    private static final Measure FULL =
            counter("full", "members that were not let in because there are as many as may be");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Swim core;
    private final List<Meter> meters = new ArrayList<>();
    private final List<Followed> followed = new ArrayList<>();
    private final Map<MemberEvent.Kind, Counter> events = new EnumMap<>(MemberEvent.Kind.class);
    private volatile int doubt;
    private volatile int overTcp;

    private static final class Followed {
        private final Counter counter;
        private final ToLongFunction<SwimStats> value;
        private long before;

        Followed(Counter counter, ToLongFunction<SwimStats> value) {
            this.counter = counter;
            this.value = value;
        }

        void update(SwimStats stats) {
            long now = value.applyAsLong(stats);
            counter.increment((double) (now - before));
            before = now;
        }
    }

    private static Measure gauge(String name, String description) {
        return Measure.gauge("holdfast.membership." + name, description, "cluster", "node");
    }

    private static Measure counter(String name, String description) {
        return Measure.counter("holdfast.membership." + name, description, "cluster", "node");
    }

    GossipMeters(FeatureContext context, Supplier<Members> members, Swim core) {
        this.registry = context.meters();
        this.tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        this.core = core;
        for (MemberState state : MemberState.values()) {
            meters.add(MEMBERS.newGauge(
                    registry, tags.and("state", word(state)), members, seen -> count(seen.get(), state)));
        }
        for (MemberEvent.Kind kind : MemberEvent.Kind.values()) {
            Counter counter = EVENTS.newCounter(registry, tags.and("kind", word(kind)));
            events.put(kind, counter);
            meters.add(counter);
        }
        meters.add(DOUBT.newGauge(registry, tags, this, m -> m.doubt));
        meters.add(OVER_TCP.newGauge(registry, tags, this, m -> m.overTcp));
        follow(PROBES, SwimStats::probes);
        follow(FAILED, SwimStats::probesFailed);
        follow(INDIRECT, SwimStats::rescuedIndirectly);
        follow(BY_TCP, SwimStats::rescuedByStream);
        follow(SUSPICIONS, SwimStats::suspicionsRaised);
        follow(OF_SELF, SwimStats::suspicionsOfSelf);
        follow(EVIDENCE, SwimStats::evidence);
        follow(EXCHANGES, SwimStats::pushPulls);
        follow(LATE, SwimStats::late);
        follow(FULL, SwimStats::refusedFull);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void follow(Measure measure, ToLongFunction<SwimStats> value) {
        Counter counter = measure.newCounter(registry, tags);
        meters.add(counter);
        followed.add(new Followed(counter, value));
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
        doubt = core.localHealth();
        overTcp = membersOverTcp;
        followed.forEach(each -> each.update(core.stats()));
    }

    void close() {
        meters.forEach(registry::remove);
    }
}
