package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.Profile;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What another feature finds out of a member: {@link Membership#doubt}. */
@Timeout(600)
class MemberDoubtTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Doubter doubter = new Doubter();

    /** A feature that doubts a member when it is told to. */
    private static final class Doubter implements HaFeature, RunningFeature {
        private @Nullable FeatureContext context;

        void doubt(String nodeId, boolean refused) {
            FeatureContext known = Objects.requireNonNull(context);
            known.runtime().loop().execute(() -> Objects.requireNonNull(known.membership())
                    .doubt(nodeId, refused));
        }

        @Override
        public String name() {
            return "doubter";
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext its) {
            context = its;
            return this;
        }

        @Override
        public void open() {}

        @Override
        public void start() {
            Objects.requireNonNull(Objects.requireNonNull(context).membership()).doubt("node-9", true);
            Objects.requireNonNull(context).ready(true, "");
        }

        @Override
        public void stop(Runnable stopped) {
            stopped.run();
        }

        @Override
        public void close() {}
    }

    /** Four nodes far apart, so that they notice nothing soon by themselves; on the first there is the doubter. */
    private GossipCluster cluster() {
        UnaryOperator<GossipMembership> slowly = gossip -> gossip.profile(Profile.WAN);
        GossipCluster cluster = new GossipCluster(new Simulation(61), 4, slowly);
        cluster.start(cluster.machine(1), Node.of("node-1").bind("node-1:7400"), slowly, List.of(doubter));
        cluster.machines().subList(1, 4).forEach(cluster::start);
        assertTrue(cluster.simulation().runUntil(cluster::agree, Duration.ofSeconds(60)), cluster.disagreement());
        cluster.simulation().runFor(Duration.ofSeconds(5));
        return cluster;
    }

    private static List<MemberEvent.Kind> told(GossipCluster cluster, int by, String of) {
        return cluster.events(cluster.machine(by)).stream()
                .filter(e -> e.member().id().equals(of) && e.kind() != MemberEvent.Kind.UPDATED)
                .map(MemberEvent::kind)
                .toList();
    }

    /** How long it takes until all know that node-4 has lost its power. */
    private long deathMillis(Consumer<GossipCluster> then) {
        GossipCluster cluster = cluster();
        SimulatedNode victim = cluster.machine(4);
        victim.crash(CrashMode.ALL_LOST);
        long began = cluster.simulation().nowNanos();
        then.accept(cluster);
        assertTrue(cluster.simulation().runUntil(() -> cluster.isGone(victim), Duration.ofMinutes(2)));
        return (cluster.simulation().nowNanos() - began) / 1_000_000;
    }

    @Test
    void aRefusalBringsADeathForward() {
        long alone = deathMillis(cluster -> {});
        long doubted = deathMillis(cluster -> doubter.doubt("node-4", true));
        assertTrue(doubted * 3 < alone, doubted + " ms with a doubt, and " + alone + " ms without");
    }

    @Test
    void aConnectionThatBrokeHasTheMemberLookedAtSooner() {
        GossipCluster[] seen = new GossipCluster[1];
        long[] suspected = new long[2];
        for (int i = 0; i < 2; i++) {
            GossipCluster cluster = cluster();
            cluster.machine(4).crash(CrashMode.ALL_LOST);
            long began = cluster.simulation().nowNanos();
            if (i == 1) {
                doubter.doubt("node-4", false);
            }
            assertTrue(cluster.simulation()
                    .runUntil(
                            () -> told(cluster, 1, "node-4").contains(MemberEvent.Kind.SUSPECTED),
                            Duration.ofMinutes(1)));
            suspected[i] = cluster.simulation().nowNanos() - began;
            seen[0] = cluster;
        }
        assertTrue(suspected[1] < suspected[0], suspected[1] + " ns with a doubt, and " + suspected[0] + " ns without");
        assertEquals(List.of(), seen[0].simulation().failures());
    }

    /** Whoever doubts may be wrong, again and again: the member says that it lives, and is asked more and more rarely. */
    @Test
    void aLivingMemberIsNotKilledByDoubts() {
        GossipCluster cluster = cluster();
        for (int i = 0; i < 600; i++) {
            doubter.doubt("node-4", i % 2 == 0);
            cluster.simulation().runFor(Duration.ofMillis(100));
        }
        cluster.simulation().runFor(Duration.ofSeconds(30));
        for (int by = 1; by <= 3; by++) {
            List<MemberEvent.Kind> events = told(cluster, by, "node-4");
            assertFalse(events.contains(MemberEvent.Kind.DIED), events.toString());
        }
        long suspicions = told(cluster, 1, "node-4").stream()
                .filter(kind -> kind == MemberEvent.Kind.SUSPECTED)
                .count();
        assertTrue(suspicions > 0 && suspicions < 20, suspicions + " suspicions by 600 doubts");
        assertTrue(cluster.agree(), cluster.disagreement());
        assertEquals(List.of(), cluster.simulation().failures());
    }

    /** It itself, nobody, and who is dead already. */
    @Test
    void whoCannotBeDoubtedIsLeftAlone() {
        GossipCluster cluster = cluster();
        cluster.machine(3).kill();
        assertTrue(cluster.simulation().runUntil(() -> cluster.isGone(cluster.machine(3)), Duration.ofMinutes(2)));
        int before = cluster.events(cluster.machine(1)).size();
        for (String id : List.of("node-1", "node-3", "node-77")) {
            doubter.doubt(id, true);
            doubter.doubt(id, false);
        }
        cluster.simulation().runFor(SOON);
        assertEquals(before, cluster.events(cluster.machine(1)).size());
        assertTrue(cluster.agree(), cluster.disagreement());
        cluster.process(cluster.machine(1)).stop();
        doubter.doubt("node-2", true);
        cluster.simulation().runFor(SOON);
        doubter.doubt("node-2", true);
        cluster.simulation().runFor(SOON);
        assertEquals(List.of(), cluster.simulation().failures());
    }

    /** A membership that says what it is told to, and notes what it is told. */
    private static final class Scripted implements HaFeature, RunningFeature, Membership {
        final List<String> doubts = new ArrayList<>();
        final List<Consumer<MemberEvent>> listeners = new ArrayList<>();
        final Map<String, Member> known = new TreeMap<>();
        private @Nullable FeatureContext context;

        void sees(String id, String address, MemberState state) {
            known.put(id, new Member(Node.of(id).bind(address), state, MemberFacts.NONE, 1));
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public boolean isMembership() {
            return true;
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext its) {
            context = its;
            return this;
        }

        @Override
        public void open() {}

        @Override
        public void start() {
            Objects.requireNonNull(context).ready(true, "");
        }

        @Override
        public void stop(Runnable stopped) {
            stopped.run();
        }

        @Override
        public void close() {}

        @Override
        public Members members() {
            return new Members("node-1", known, 1);
        }

        @Override
        public void listen(Consumer<MemberEvent> listener) {
            listeners.add(listener);
        }

        @Override
        public void say(UnaryOperator<MemberFacts> change) {}

        @Override
        public void doubt(String nodeId, boolean refused) {
            doubts.add(nodeId + " " + refused);
        }
    }

    /** What the log's links find out of a voter is told to the membership, if it is about where that member is seen, and alive. */
    @Test
    void theLogDoubtsAVoterThatRefusesIt() {
        Simulation simulation = new Simulation(62);
        Map<String, SimulatedNode> machines = new TreeMap<>();
        List<HaCluster> nodes = new ArrayList<>();
        Scripted membership = new Scripted();
        membership.sees("node-1", "node-1:7400", MemberState.ALIVE);
        membership.sees("node-2", "node-2:7400", MemberState.ALIVE);
        membership.sees("node-3", "node-3:7400", MemberState.LEFT);
        for (String id : List.of("node-1", "node-2", "node-3")) {
            SimulatedNode machine = simulation.node(id);
            machines.put(id, machine);
            HaCluster.Builder builder = HaCluster.builder("shop")
                    .node(Node.of(id).bind(id + ":7400"))
                    .with(LogReplication.inDirectory(Path.of("data"))
                            .bootstrap("node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"));
            nodes.add((id.equals("node-1") ? builder.with(membership) : builder)
                    .runtime(machine.runtime())
                    .executor(machine.callbacks())
                    .start());
        }
        assertTrue(simulation.runUntil(() -> nodes.stream().allMatch(HaCluster::isReady), Duration.ofMinutes(1)));
        simulation.runFor(SOON);
        membership.doubts.clear();
        machines.get("node-2").crash(CrashMode.ALL_LOST); // silent: nobody refuses
        simulation.runFor(SOON);
        assertEquals(List.of(), membership.doubts);
        machines.get("node-2").runtime();
        machines.get("node-2").kill();
        machines.get("node-3").kill();
        simulation.runFor(SOON);
        assertTrue(membership.doubts.contains("node-2 true"), membership.doubts.toString());
        assertFalse(membership.doubts.contains("node-3 true"), "it has left: " + membership.doubts);
        membership.sees("node-2", "elsewhere:7400", MemberState.ALIVE);
        simulation.runFor(Duration.ofMillis(100));
        membership.doubts.clear();
        simulation.runFor(SOON);
        assertEquals(List.of(), membership.doubts, "it is seen at another address");
        assertEquals(List.of(), simulation.failures());
    }
}
