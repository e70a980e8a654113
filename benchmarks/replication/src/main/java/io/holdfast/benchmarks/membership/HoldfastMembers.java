package io.holdfast.benchmarks.membership;

import io.holdfast.benchmarks.members.MemberNode;
import io.holdfast.benchmarks.members.MemberSystem;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.Profile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Gossip of Holdfast, with a registry of meters that all nodes share. */
public final class HoldfastMembers implements MemberSystem {
    private final Profile profile;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** @param settings the name of a profile */
    public HoldfastMembers(String settings) {
        this.profile = Profile.valueOf(settings.toUpperCase(Locale.ROOT));
    }

    @Override
    public MemberNode start(String name, int port, int seed, Listener listener) {
        AtomicLong suspicions = new AtomicLong();
        HaCluster cluster = HaCluster.builder("peers")
                .node(Node.of(name).bind("127.0.0.1:" + port))
                .meterRegistry(meters)
                .with(GossipMembership.seeds("127.0.0.1:" + seed)
                        .profile(profile)
                        .awaitOthers(Duration.ZERO))
                .memberListener(event -> {
                    if (event.kind() == MemberEvent.Kind.DIED || event.kind() == MemberEvent.Kind.LEFT) {
                        listener.removed(name, event.member().id());
                    } else if (event.kind() == MemberEvent.Kind.SUSPECTED) {
                        suspicions.incrementAndGet();
                    }
                })
                .start();
        return new Seen(name, cluster, suspicions);
    }

    /** Its meters count datagrams; what goes over streams is on the wire alone. */
    @Override
    public Sent sent(List<MemberNode> nodes) {
        return new Sent(sum("holdfast.datagrams.sent"), sum("holdfast.datagrams.sent.bytes"));
    }

    private long sum(String meter) {
        return (long) meters.find(meter).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private record Seen(String name, HaCluster cluster, AtomicLong counted) implements MemberNode {
        @Override
        public int size() {
            return cluster.members().present().size();
        }

        @Override
        public boolean sees(String other) {
            return cluster.members().find(other).filter(Member::isPresent).isPresent();
        }

        @Override
        public long suspicions() {
            return counted.get();
        }
    }
}
