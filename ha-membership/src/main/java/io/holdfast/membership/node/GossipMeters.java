package io.holdfast.membership.node;

import io.holdfast.core.MemberEvent;
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
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What gossip counts. Changed on the loop. */
final class GossipMeters {
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
    private static final Measure FOLLOWERS = gauge("followers", "clients that learn of the members from this node");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Swim core;
    private final List<Meter> meters = new ArrayList<>();
    private final List<Followed> followed = new ArrayList<>();
    private final ViewMeters view;
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

    GossipMeters(FeatureContext context, Supplier<Members> members, Swim core, IntSupplier followers) {
        this.registry = context.meters();
        this.tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        this.core = core;
        this.view = new ViewMeters(context, members);
        meters.add(DOUBT.newGauge(registry, tags, this, m -> m.doubt));
        meters.add(OVER_TCP.newGauge(registry, tags, this, m -> m.overTcp));
        meters.add(FOLLOWERS.newGauge(registry, tags, followers, IntSupplier::getAsInt));
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

    private void follow(Measure measure, ToLongFunction<SwimStats> value) {
        Counter counter = measure.newCounter(registry, tags);
        meters.add(counter);
        followed.add(new Followed(counter, value));
    }

    void count(MemberEvent.Kind kind) {
        view.count(kind);
    }

    /** Takes over what the core has counted. */
    void update(int membersOverTcp) {
        doubt = core.localHealth();
        overTcp = membersOverTcp;
        followed.forEach(each -> each.update(core.stats()));
    }

    void close() {
        view.close();
        meters.forEach(registry::remove);
    }
}
