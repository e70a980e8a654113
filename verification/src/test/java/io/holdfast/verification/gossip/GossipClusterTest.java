package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthReport;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.MemberGossip;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What gossip promises, with the real drivers and codecs. */
@Timeout(600)
class GossipClusterTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static GossipCluster cluster(long seed, int size, UnaryOperator<GossipMembership> settings) {
        GossipCluster cluster = new GossipCluster(new Simulation(seed), size, settings);
        cluster.startAll();
        assertTrue(cluster.simulation().runUntil(cluster::agree, SOON), cluster.disagreement());
        return cluster;
    }

    private static void agree(GossipCluster cluster, Duration limit) {
        assertTrue(cluster.simulation().runUntil(cluster::agree, limit), cluster.disagreement());
        assertEquals(List.of(), cluster.simulation().failures());
    }

    private static List<MemberEvent.Kind> told(GossipCluster cluster, int by, String of) {
        return cluster.events(cluster.machine(by)).stream()
                .filter(e -> e.member().id().equals(of) && e.kind() != MemberEvent.Kind.UPDATED)
                .map(MemberEvent::kind)
                .toList();
    }

    @Test
    void nodesFindEachOtherAndWhatTheySay() {
        GossipCluster cluster = new GossipCluster(new Simulation(1), 5, UnaryOperator.identity());
        cluster.machines().subList(0, 4).forEach(cluster::start);
        SimulatedNode last = cluster.machine(5);
        cluster.start(
                last,
                Node.of(last.id())
                        .bind(last.id() + ":7400")
                        .zone("east")
                        .tag("ssd")
                        .weight(3)
                        .service("http", "http://node-5:8080"));
        agree(cluster, SOON);
        for (SimulatedNode machine : cluster.machines()) {
            Node seen = cluster.seenBy(machine).find("node-5").orElseThrow().node();
            assertEquals("east", seen.zone());
            assertEquals(Set.of("ssd"), seen.tags());
            assertEquals(3, seen.weight());
            assertEquals("http://node-5:8080", seen.services().get("http").toString());
            assertEquals(
                    List.of("node-5"),
                    cluster.seenBy(machine).offering("http").stream()
                            .map(Member::id)
                            .toList());
            assertTrue(cluster.process(machine).isReady());
        }
        assertEquals(List.of(MemberEvent.Kind.JOINED), told(cluster, 1, "node-5"));
    }

    @Test
    void whatANodeSaysOfItselfReachesAll() {
        GossipCluster cluster = cluster(2, 4, UnaryOperator.identity());
        MemberGossip.of(cluster.process(cluster.machine(2)))
                .tell(facts ->
                        facts.withRole(ReplicaRole.MASTER).withLoad("cpu", 0.25).withCapability("log.2"));
        assertTrue(cluster.simulation()
                .runUntil(
                        () -> cluster.machines().stream()
                                .allMatch(m -> cluster.seenBy(m)
                                                .find("node-2")
                                                .orElseThrow()
                                                .facts()
                                                .role()
                                        == ReplicaRole.MASTER),
                        SOON));
        Member seen = cluster.seenBy(cluster.machine(4)).find("node-2").orElseThrow();
        assertEquals(0.25, seen.facts().load().get("cpu"));
        assertEquals(Set.of("log.2"), seen.facts().capabilities());
        assertTrue(cluster.events(cluster.machine(3)).stream()
                .anyMatch(e ->
                        e.kind() == MemberEvent.Kind.UPDATED && e.member().id().equals("node-2")));
    }

    @Test
    void messagesReachOneOrAll() {
        GossipCluster cluster = cluster(3, 5, UnaryOperator.identity());
        MemberGossip gossip = MemberGossip.of(cluster.process(cluster.machine(1)));
        assertTrue(gossip.broadcast("all".getBytes(StandardCharsets.UTF_8)));
        assertTrue(gossip.send("node-3", "one".getBytes(StandardCharsets.UTF_8)));
        assertFalse(gossip.send("node-9", new byte[1]));
        cluster.simulation().runFor(Duration.ofSeconds(5));
        for (int i = 2; i <= 5; i++) {
            List<String> heard = cluster.messages(cluster.machine(i)).stream()
                    .map(m -> m.from() + " " + new String(m.payload(), StandardCharsets.UTF_8) + " " + m.broadcast())
                    .sorted()
                    .toList();
            assertEquals(i == 3 ? List.of("node-1 all true", "node-1 one false") : List.of("node-1 all true"), heard);
        }
        assertEquals(List.of(), cluster.messages(cluster.machine(1)));
    }

    @Test
    void aKilledProcessIsDeadWithinASecondByEvidence() {
        for (int seed = 10; seed < 20; seed++) {
            GossipCluster cluster = cluster(seed, 10, UnaryOperator.identity());
            cluster.simulation().runFor(Duration.ofSeconds(5));
            SimulatedNode victim = cluster.machine(4);
            victim.kill();
            assertTrue(
                    cluster.simulation().runUntil(() -> cluster.isGone(victim), Duration.ofMillis(800)),
                    "seed " + seed);
            assertTrue(
                    cluster.simulation()
                            .runUntil(() -> told(cluster, 1, "node-4").contains(MemberEvent.Kind.DIED), SOON),
                    "seed " + seed);
        }
    }

    @Test
    void aShortStopIsRefutedAndALongOneIsADeathFromWhichItComesBack() {
        GossipCluster cluster = cluster(4, 6, UnaryOperator.identity());
        SimulatedNode slow = cluster.machine(3);
        cluster.simulation().runFor(Duration.ofSeconds(5));
        slow.pause(Duration.ofMillis(900));
        cluster.simulation().runFor(Duration.ofSeconds(10));
        agree(cluster, SOON);
        assertFalse(told(cluster, 1, "node-3").contains(MemberEvent.Kind.DIED));

        slow.pause(Duration.ofSeconds(30));
        assertTrue(cluster.simulation()
                .runUntil(
                        () -> cluster.seenBy(cluster.machine(1))
                                        .find("node-3")
                                        .orElseThrow()
                                        .state()
                                == MemberState.DEAD,
                        Duration.ofSeconds(4)));
        cluster.simulation().runFor(Duration.ofSeconds(30));
        agree(cluster, SOON);
        assertTrue(
                cluster.simulation()
                        .runUntil(() -> told(cluster, 1, "node-3").contains(MemberEvent.Kind.CAME_BACK), SOON),
                () -> "" + cluster.events(cluster.machine(1)));
    }

    @Test
    void whoStopsInGoodOrderHasLeftAndMayComeBack() {
        for (int seed = 50; seed < 90; seed++) {
            whoStops(seed);
        }
    }

    private static void whoStops(int seed) {
        GossipCluster cluster = cluster(seed, 4, UnaryOperator.identity());
        HaCluster leaving = cluster.process(cluster.machine(2));
        leaving.stop();
        assertTrue(
                cluster.simulation()
                        .runUntil(
                                () -> cluster.seenBy(cluster.machine(4))
                                                .find("node-2")
                                                .orElseThrow()
                                                .state()
                                        == MemberState.LEFT,
                                Duration.ofSeconds(3)),
                cluster.events(cluster.machine(4)).toString());
        cluster.machine(2).kill();
        cluster.simulation().runFor(Duration.ofSeconds(3));
        assertFalse(told(cluster, 1, "node-2").contains(MemberEvent.Kind.DIED));
        cluster.start(cluster.machine(2));
        agree(cluster, SOON);
        assertTrue(
                cluster.simulation()
                        .runUntil(() -> told(cluster, 1, "node-2").contains(MemberEvent.Kind.CAME_BACK), SOON),
                () -> "" + cluster.events(cluster.machine(1)));
    }

    @Test
    void aPartitionOfMinutesHealsWithoutAnOperator() {
        GossipCluster cluster = cluster(6, 6, UnaryOperator.identity());
        Set<String> here = Set.of("node-1", "node-2", "node-3");
        Set<String> there = Set.of("node-4", "node-5", "node-6");
        cluster.simulation().network().partition(here, there);
        cluster.simulation().runFor(Duration.ofMinutes(5));
        assertEquals(
                here,
                cluster.seenBy(cluster.machine(1)).present().stream()
                        .map(Member::id)
                        .collect(Collectors.toSet()));
        cluster.simulation().network().heal();
        agree(cluster, Duration.ofSeconds(60));
    }

    @Test
    void whoStartsLaterIsToldWhoWasDeadOrHadLeftBefore() {
        GossipCluster cluster = cluster(45, 5, UnaryOperator.identity());
        SimulatedNode dead = cluster.machine(2);
        SimulatedNode left = cluster.machine(3);
        dead.kill();
        cluster.process(left).stop();
        assertTrue(cluster.simulation().runUntil(() -> cluster.isGone(dead) && cluster.isGone(left), SOON));
        SimulatedNode later = cluster.machine(5);
        later.kill();
        cluster.start(later);
        agree(cluster, SOON);
        assertTrue(
                cluster.simulation().runUntil(() -> !told(cluster, 5, "node-2").isEmpty(), SOON));
        assertEquals(List.of(MemberEvent.Kind.DIED), told(cluster, 5, "node-2"));
        assertEquals(List.of(MemberEvent.Kind.LEFT), told(cluster, 5, "node-3"));
        assertEquals(
                MemberState.DEAD,
                cluster.seenBy(later).find("node-2").orElseThrow().state());
        cluster.start(dead);
        agree(cluster, SOON);
        assertEquals(List.of(MemberEvent.Kind.DIED, MemberEvent.Kind.CAME_BACK), told(cluster, 5, "node-2"));
    }

    @Test
    void whereDatagramsAreBlockedItGoesOverTcpAndSaysSo() {
        GossipCluster cluster = cluster(7, 4, UnaryOperator.identity());
        everyPair(cluster, (from, to) -> cluster.simulation().network().blockDatagrams(from, to));
        cluster.simulation().runFor(Duration.ofMinutes(2));
        agree(cluster, SOON);
        for (SimulatedNode machine : cluster.machines()) {
            assertFalse(cluster.events(machine).stream().anyMatch(e -> e.kind() == MemberEvent.Kind.DIED));
            assertEquals(Health.DEGRADED, cluster.process(machine).health().health());
        }
        MemberGossip.of(cluster.process(cluster.machine(1))).tell(f -> f.withRole(ReplicaRole.SLAVE));
        assertTrue(cluster.simulation()
                .runUntil(
                        () -> cluster.machines().stream()
                                .allMatch(m -> cluster.seenBy(m)
                                                .find("node-1")
                                                .orElseThrow()
                                                .facts()
                                                .role()
                                        == ReplicaRole.SLAVE),
                        SOON));
    }

    @Test
    void withoutDatagramsAllGoesOverTcp() {
        GossipCluster cluster = cluster(8, 5, GossipMembership::withoutDatagrams);
        cluster.simulation().runFor(Duration.ofSeconds(30));
        SimulatedNode victim = cluster.machine(2);
        victim.kill();
        assertTrue(cluster.simulation().runUntil(() -> cluster.isGone(victim), Duration.ofSeconds(3)));
        assertEquals(0, cluster.simulation().network().datagramsSent());
    }

    @Test
    void aNodeAloneSaysSoAndServesAfterAWhile() {
        GossipCluster cluster = new GossipCluster(new Simulation(9), 3, UnaryOperator.identity());
        SimulatedNode alone = cluster.machine(2);
        cluster.start(alone);
        HaCluster process = cluster.process(alone);
        cluster.simulation().runFor(Duration.ofSeconds(5));
        assertFalse(process.isReady());
        assertTrue(process.whyNotReady().contains("alone"), process.whyNotReady());
        cluster.simulation().runFor(Duration.ofSeconds(6));
        assertTrue(process.isReady());
        assertEquals(Health.DEGRADED, process.health().health());
        cluster.start(cluster.machine(1));
        agree(cluster, SOON);
        cluster.simulation().runFor(Duration.ofSeconds(1));
        assertEquals(Health.UP, process.health().health());
    }

    @Test
    void theLaterOfTwoProcessesWithOneIdIsRefused() {
        GossipCluster cluster = cluster(11, 4, UnaryOperator.identity());
        SimulatedNode other = cluster.simulation().node("double");
        cluster.simulation().runFor(Duration.ofSeconds(20));
        HaCluster late = cluster.start(other, Node.of("node-2").bind("double:7400"));
        assertTrue(cluster.simulation().runUntil(() -> late.failure().isPresent(), Duration.ofSeconds(30)));
        assertTrue(String.valueOf(late.failure().orElseThrow().getMessage()).contains("node-2"));
        cluster.simulation().runFor(Duration.ofSeconds(10));
        agree(cluster, SOON);
        assertTrue(cluster.process(cluster.machine(2)).failure().isEmpty());
        assertEquals(
                "node-2:7400",
                cluster.seenBy(cluster.machine(1))
                        .find("node-2")
                        .orElseThrow()
                        .address()
                        .toString());
    }

    /** Its watchers' links were closed by the restart, and not made again. */
    @Test
    void aProcessThatWasRestartedInItsPlaceIsWatchedAsBefore() {
        for (int seed = 30; seed < 40; seed++) {
            GossipCluster cluster = cluster(seed, 10, UnaryOperator.identity());
            cluster.simulation().runFor(Duration.ofSeconds(5));
            SimulatedNode victim = cluster.machine(4);
            victim.kill();
            cluster.start(victim);
            cluster.simulation().runFor(Duration.ofSeconds(10));
            agree(cluster, SOON);
            victim.kill();
            assertTrue(
                    cluster.simulation().runUntil(() -> cluster.isGone(victim), Duration.ofMillis(800)),
                    "seed " + seed);
        }
    }

    /** Two nodes once kept each other on TCP for ever, since each took the other's way as evidence of its own. */
    @Test
    void datagramsAreUsedAgainWhenTheyGetThroughAgain() {
        GossipCluster cluster = cluster(41, 4, UnaryOperator.identity());
        everyPair(cluster, (from, to) -> cluster.simulation().network().blockDatagrams(from, to));
        cluster.simulation().runFor(Duration.ofSeconds(60));
        assertEquals(
                Health.DEGRADED, cluster.process(cluster.machine(1)).health().health());
        everyPair(cluster, (from, to) -> cluster.simulation().network().allowDatagrams(from, to));
        cluster.simulation().runFor(Duration.ofMinutes(2));
        agree(cluster, SOON);
        long before = cluster.simulation().network().datagramsSent();
        cluster.simulation().runFor(Duration.ofSeconds(30));
        for (SimulatedNode machine : cluster.machines()) {
            HealthReport health = cluster.process(machine).health();
            assertEquals(Health.UP, health.health(), health.toString());
        }
        // Three probes in a second and node, each with its answer.
        assertTrue(cluster.simulation().network().datagramsSent() - before > 4 * 30 * 3 * 2 * 8 / 10);
    }

    private static void everyPair(GossipCluster cluster, BiConsumer<String, String> does) {
        for (SimulatedNode from : cluster.machines()) {
            for (SimulatedNode to : cluster.machines()) {
                if (from != to) {
                    does.accept(from.id(), to.id());
                }
            }
        }
    }

    @Test
    void aProcessWithoutTheKeyKeepsNobodyAlive() {
        KeyRing.Source keys = KeyRing.of("11".repeat(32)).always();
        KeyRing.Source others = KeyRing.of("22".repeat(32)).always();
        GossipCluster cluster = cluster(42, 4, gossip -> gossip.keys(keys));
        cluster.simulation().runFor(Duration.ofSeconds(5));
        SimulatedNode taken = cluster.machine(4);
        taken.kill();
        // At once, at its address and with its name, so that no connection is refused.
        cluster.start(taken, Node.of("node-4").bind("node-4:7400"), gossip -> gossip.keys(others), List.of());
        assertTrue(cluster.simulation().runUntil(() -> cluster.isGone(taken), Duration.ofSeconds(5)));
        cluster.simulation().runFor(Duration.ofSeconds(60));
        assertTrue(cluster.isGone(taken));
        assertEquals(List.of(), cluster.simulation().failures());
    }

    @Test
    void whatCannotBeSaidIsRefusedToWhoSaysIt() {
        GossipCluster cluster = cluster(43, 2, UnaryOperator.identity());
        HaCluster process = cluster.process(cluster.machine(1));
        MemberGossip gossip = MemberGossip.of(process);
        assertThrows(IllegalArgumentException.class, () -> gossip.tell(facts -> facts.withLoad("cpu %", 1)));
        assertThrows(NullPointerException.class, () -> gossip.tell(facts -> null));
        gossip.tell(facts -> facts.withLoad("cpu", 1));
        cluster.simulation().runFor(Duration.ofSeconds(5));
        assertTrue(process.failure().isEmpty());
        assertEquals(
                1.0,
                cluster.seenBy(cluster.machine(2))
                        .find("node-1")
                        .orElseThrow()
                        .facts()
                        .load()
                        .get("cpu"));
    }

    @Test
    void aFeatureThatStartsBeforeGossipMaySpeakAtOnce() {
        GossipCluster cluster = new GossipCluster(new Simulation(44), 2, UnaryOperator.identity());
        cluster.start(cluster.machine(1));
        cluster.start(
                cluster.machine(2),
                Node.of("node-2").bind("node-2:7400"),
                UnaryOperator.identity(),
                List.of(new Early()));
        agree(cluster, SOON);
        assertEquals(
                ReplicaRole.LEARNER,
                cluster.seenBy(cluster.machine(1))
                        .find("node-2")
                        .orElseThrow()
                        .facts()
                        .role());
    }

    private static final class Early implements HaFeature {
        @Override
        public String name() {
            return "early";
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext context) {
            return new RunningFeature() {
                @Override
                public void open() {}

                @Override
                public void start() {
                    Objects.requireNonNull(context.membership()).say(facts -> facts.withRole(ReplicaRole.LEARNER));
                    context.ready(true, "");
                }

                @Override
                public void stop(Runnable stopped) {
                    stopped.run();
                }

                @Override
                public void close() {}
            };
        }
    }

    @Test
    void theFirstNodeIsReadyAtOnceHoweverSoonItsDiscoveryAnswers() {
        Simulation simulation = new Simulation(45);
        SimulatedNode machine = simulation.node("node-1");
        Discovery itself = new Discovery() {
            @Override
            public void find(NodeRuntime runtime, Worker worker, Answer answer) {
                answer.found(List.of(new Address("node-1", 7400)), "");
            }

            @Override
            public String description() {
                return "itself";
            }
        };
        HaCluster process = HaCluster.builder("shop")
                .node(Node.of("node-1").bind("node-1:7400"))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .with(GossipMembership.discover(itself))
                .start();
        simulation.runFor(Duration.ofSeconds(1));
        assertTrue(process.isReady(), process.whyNotReady());
        assertEquals(Health.UP, process.health().health());
        process.stop();
    }

    /** A node that nobody knew, and which knew the others, was never answered over TCP, and so never introduced itself. */
    @Test
    void whoIsNotKnownIsAnsweredOverTcp() {
        assertEquals(List.of(), GossipRun.run(3307).problems());
    }

    @Test
    void storms() {
        for (long seed = 1; seed <= 60; seed++) {
            assertEquals(List.of(), GossipRun.run(seed).problems(), "seed " + seed);
        }
    }
}
