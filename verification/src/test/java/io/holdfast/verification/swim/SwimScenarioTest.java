package io.holdfast.verification.swim;

import static io.holdfast.verification.swim.SwimCluster.MILLI;
import static io.holdfast.verification.swim.SwimCluster.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange.Kind;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What membership promises, each over many seeds, with the real bytes. */
@Execution(ExecutionMode.CONCURRENT)
class SwimScenarioTest {
    private static final SwimConfig LAN = SwimConfig.lan().build();

    private static SwimCluster cluster(SwimConfig config, long seed, int nodes) {
        SwimCluster cluster = new SwimCluster(config, seed, true);
        List<Address> seeds = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            SwimNode node = cluster.add("node-" + i);
            if (i < 2) {
                seeds.add(node.address());
            }
        }
        cluster.nodes().forEach(n -> n.boot(seeds));
        assertTrue(cluster.runUntil(cluster::agrees, 10 * SECOND), () -> "seed " + seed + ": " + cluster.views());
        return cluster;
    }

    private static int size(long seed) {
        return 3 + (int) (seed % 18);
    }

    private static void assertAgrees(SwimCluster cluster, long seed, long within) {
        assertTrue(cluster.runUntil(cluster::agrees, within), () -> "seed " + seed + ": " + cluster.views());
    }

    @Test
    void allSeeEachOtherWithinAMomentOfJoining() {
        for (long seed = 1; seed <= 200; seed++) {
            SwimCluster cluster = new SwimCluster(LAN, seed, true);
            int n = size(seed) * 2;
            List<Address> seeds = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                seeds.add(cluster.add("node-" + i).address());
            }
            List<Address> firstThree = seeds.subList(0, 3);
            cluster.nodes().forEach(node -> node.boot(firstThree));
            long s = seed;
            assertTrue(cluster.runUntil(cluster::agrees, 150 * MILLI), () -> "seed " + s + ": " + cluster.views());
        }
    }

    @Test
    void aSilentDeathIsSeenByAllInTime() {
        for (long seed = 1; seed <= 200; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            cluster.node((int) (seed % size(seed))).silence();
            assertAgrees(cluster, seed, 4 * SECOND);
        }
    }

    @Test
    void aRefusedDeathIsSeenByAllAtOnce() {
        for (long seed = 1; seed <= 200; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            cluster.node((int) (seed % size(seed))).kill();
            assertAgrees(cluster, seed, 800 * MILLI);
        }
    }

    @Test
    void completenessAndAgreementUnderLoss() {
        for (long seed = 1; seed <= 100; seed++) {
            int n = Math.max(5, size(seed));
            SwimCluster cluster = cluster(LAN, seed, n);
            cluster.loss = 0.2;
            cluster.node(2).silence();
            cluster.node(3).kill();
            cluster.run(10 * SECOND);
            for (SwimNode node : cluster.nodes()) {
                if (node.isRunning()) {
                    long s = seed;
                    assertFalse(node.sees("node-2"), () -> "seed " + s + ": " + cluster.views());
                    assertFalse(node.sees("node-3"), () -> "seed " + s + ": " + cluster.views());
                }
            }
            cluster.loss = 0;
            assertAgrees(cluster, seed, 15 * SECOND);
        }
    }

    @Test
    void aStallShorterThanTheSuspicionIsRefutedAndNobodyDies() {
        for (long seed = 1; seed <= 200; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            Set<String> died = new TreeSet<>();
            Set<String> suspected = new TreeSet<>();
            cluster.watch((observer, change) -> {
                if (change.kind() == Kind.DIED) {
                    died.add(observer.id() + " of " + change.member().id());
                } else if (change.kind() == Kind.SUSPECTED) {
                    suspected.add(change.member().id());
                }
            });
            for (int i = 0; i < 5; i++) {
                cluster.node(1).stall(900 * MILLI);
                cluster.run(3 * SECOND);
            }
            suspected.remove("node-1");
            assertEquals(Set.of(), died, "seed " + seed);
            assertEquals(Set.of(), suspected, "seed " + seed);
            assertAgrees(cluster, seed, 5 * SECOND);
        }
    }

    @Test
    void oneThatStoodStillForTooLongComesBackByItself() {
        for (long seed = 1; seed <= 100; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            cluster.node(1).stall(20 * SECOND);
            cluster.run(15 * SECOND);
            assertFalse(cluster.node(0).sees("node-1"));
            cluster.run(5 * SECOND);
            assertAgrees(cluster, seed, 5 * SECOND);
            assertTrue(cluster.node(0).sees("node-1"));
        }
    }

    @Test
    void aPartitionHealedAfterMinutesIsOneClusterAgain() {
        for (long seed = 1; seed <= 40; seed++) {
            int n = Math.max(6, size(seed));
            SwimCluster cluster = cluster(LAN, seed, n);
            cluster.partition(n / 2);
            cluster.run((seed == 1 ? 600 : 30) * SECOND);
            assertEquals(n / 2, cluster.node(0).core().liveMembers(), "seed " + seed);
            assertEquals(n - n / 2, cluster.node(n - 1).core().liveMembers(), "seed " + seed);
            Set<String> died = new TreeSet<>();
            cluster.watch((observer, change) -> {
                if (change.kind() == Kind.DIED) {
                    died.add(observer.id() + " of " + change.member().id());
                }
            });
            cluster.heal();
            assertAgrees(cluster, seed, 20 * SECOND);
            assertEquals(Set.of(), died, "seed " + seed + ": nobody dies of the healing");
        }
    }

    /** News of the deaths are still under way when it heals. */
    @Test
    void aPartitionHealedAtOnceKillsNobodyOnTheOtherSide() {
        for (long seed = 1; seed <= 150; seed++) {
            int n = Math.max(6, size(seed));
            SwimCluster cluster = cluster(LAN, seed, n);
            int half = n / 2;
            Set<String> some = new TreeSet<>();
            for (int i = 0; i < half; i++) {
                some.add(cluster.node(i).id());
            }
            Set<String> died = new TreeSet<>();
            cluster.watch((observer, change) -> {
                if (change.kind() == Kind.DIED
                        && some.contains(observer.id())
                                == some.contains(change.member().id())) {
                    died.add(observer.id() + " of " + change.member().id());
                }
            });
            cluster.partition(half);
            for (int steps = 0;
                    cluster.node(0).core().liveMembers() > half
                            || cluster.node(n - 1).core().liveMembers() > n - half;
                    steps++) {
                assertTrue(steps < 600, "seed " + seed + ": the halves do not notice");
                cluster.run(SECOND / 10);
            }
            cluster.heal();
            assertAgrees(cluster, seed, 60 * SECOND);
            assertEquals(Set.of(), died, "seed " + seed + ": nobody dies of the healing");
        }
    }

    @Test
    void onePartitionedOffAloneComesBack() {
        for (long seed = 1; seed <= 60; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            cluster.partition(1);
            cluster.run(30 * SECOND);
            assertEquals(1, cluster.node(0).core().liveMembers(), "seed " + seed);
            cluster.heal();
            assertAgrees(cluster, seed, 15 * SECOND);
        }
    }

    @Test
    void aRestartTakesItsOldPlaceThoughItCountsFromOne() {
        for (long seed = 1; seed <= 100; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            SwimNode node = cluster.node(2);
            for (int i = 0; i < 100; i++) {
                byte[] metadata = {(byte) i};
                node.input(c -> c.update(cluster.now(), node.address(), metadata));
            }
            cluster.run(2 * SECOND);
            assertTrue(node.core().self().incarnation() > 100);
            node.kill();
            boolean dead = seed % 2 == 0;
            if (dead) {
                cluster.run(5 * SECOND);
            }
            if (seed % 3 == 0) {
                node.move(new Address("10.9.9.9", 7400));
            }
            long old = cluster.node(0).core().members().stream()
                    .filter(m -> m.info().id().equals("node-2"))
                    .findFirst()
                    .orElseThrow()
                    .info()
                    .boot();
            node.boot(List.of(cluster.node(0).address()));
            assertAgrees(cluster, seed, 10 * SECOND);
            cluster.run(10 * SECOND);
            assertAgrees(cluster, seed, SECOND);
            MemberInfo now = cluster.node(1).core().members().stream()
                    .filter(m -> m.info().id().equals("node-2"))
                    .findFirst()
                    .orElseThrow()
                    .info();
            assertNotEquals(old, now.boot());
            assertEquals(node.address(), now.address());
            assertTrue(now.incarnation() > 100, "seed " + seed);
            assertEquals(0, node.conflicts, "seed " + seed);
        }
    }

    @Test
    void ofTwoProcessesWithOneIdTheLaterIsRefused() {
        for (long seed = 1; seed <= 100; seed++) {
            int n = size(seed);
            SwimCluster cluster = cluster(LAN, seed, n);
            cluster.run(5 * SECOND);
            SwimNode first = cluster.node((int) (seed % n));
            SwimNode later = cluster.add(first.id(), new Address("10.7.7.7", 7400), 0);
            later.boot(List.of(cluster.node((int) ((seed + 1) % n)).address()));
            long s = seed;
            assertTrue(cluster.runUntil(() -> later.refusedForGood, 5 * SECOND), () -> "seed " + s + cluster.views());
            assertAgrees(cluster, seed, 5 * SECOND);
            cluster.run(5 * SECOND);
            assertFalse(first.refusedForGood);
            assertEquals(1, first.conflicts, "it is told once");
            for (SwimNode node : cluster.nodes()) {
                if (node != first && node != later) {
                    assertEquals(
                            Set.of(first.address()),
                            addressesOf(node, first.id()),
                            "seed " + seed + " at " + node.id());
                }
            }
        }
    }

    private static Set<Address> addressesOf(SwimNode node, String id) {
        Set<Address> addresses = new java.util.LinkedHashSet<>();
        node.core().members().stream()
                .filter(m -> m.info().id().equals(id))
                .forEach(m -> addresses.add(m.info().address()));
        return addresses;
    }

    @Test
    void twoThatStartTogetherWithOneIdEndAsOne() {
        for (long seed = 1; seed <= 100; seed++) {
            int n = size(seed);
            SwimCluster cluster = cluster(LAN, seed, n);
            SwimNode a = cluster.add("twin", new Address("10.7.7.1", 7400), 0);
            SwimNode b = cluster.add("twin", new Address("10.7.7.2", 7400), 0);
            a.boot(List.of(cluster.node(0).address()));
            b.boot(List.of(cluster.node(n - 1).address()));
            long s = seed;
            assertTrue(
                    cluster.runUntil(() -> a.refusedForGood || b.refusedForGood, 10 * SECOND),
                    () -> "seed " + s + cluster.views());
            cluster.run(5 * SECOND);
            assertNotEquals(a.refusedForGood, b.refusedForGood, "seed " + seed);
            assertAgrees(cluster, seed, 5 * SECOND);
        }
    }

    @Test
    void whoLeavesIsNotSuspectedAndMayComeBack() {
        for (long seed = 1; seed <= 100; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            List<Kind> heard = new ArrayList<>();
            cluster.watch((observer, change) -> {
                if (change.member().id().equals("node-1")) {
                    heard.add(change.kind());
                }
            });
            SwimNode node = cluster.node(1);
            node.input(c -> c.leave(cluster.now()));
            assertTrue(cluster.runUntil(() -> node.left, 4 * SECOND), "seed " + seed);
            node.kill();
            cluster.run(10 * SECOND);
            assertFalse(heard.contains(Kind.SUSPECTED) || heard.contains(Kind.DIED), "seed " + seed + ": " + heard);
            for (SwimNode other : cluster.nodes()) {
                assertTrue(other == node || other.stateOf("node-1") == MemberState.LEFT, "seed " + seed);
            }
            node.boot(List.of(cluster.node(0).address()));
            assertAgrees(cluster, seed, 5 * SECOND);
            assertTrue(heard.contains(Kind.CAME_BACK));
        }
    }

    @Test
    void whoLeavesBeforeItsJoiningWasAnsweredSaysGoodbyeToo() {
        for (long seed = 1; seed <= 200; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            List<Kind> heard = new ArrayList<>();
            SwimNode guest = cluster.add("guest");
            cluster.watch((observer, change) -> {
                if (change.member().id().equals("guest")) {
                    heard.add(change.kind());
                }
            });
            guest.boot(List.of(cluster.node(0).address()));
            assertTrue(cluster.runUntil(() -> heard.contains(Kind.JOINED), 4 * SECOND), "seed " + seed);
            guest.input(c -> c.leave(cluster.now()));
            assertTrue(cluster.runUntil(() -> guest.left, 4 * SECOND), "seed " + seed);
            guest.kill();
            cluster.run(10 * SECOND);
            assertFalse(heard.contains(Kind.SUSPECTED) || heard.contains(Kind.DIED), "seed " + seed + ": " + heard);
            assertEquals(MemberState.LEFT, cluster.node(0).stateOf("guest"), "seed " + seed);
        }
    }

    @Test
    void whoLeavesWhileItsSeedIsSilentDoesNotWaitForEver() {
        SwimCluster cluster = cluster(LAN, 1, 3);
        cluster.node(0).silence();
        SwimNode guest = cluster.add("guest");
        guest.boot(List.of(cluster.node(0).address()));
        guest.input(c -> c.leave(cluster.now()));
        assertTrue(cluster.runUntil(() -> guest.left, 4 * SECOND));
        SwimNode other = cluster.add("another");
        cluster.node(1).kill();
        other.boot(List.of(cluster.node(1).address()));
        other.input(c -> c.leave(cluster.now()));
        assertTrue(cluster.runUntil(() -> other.left, 100 * MILLI), "nobody is there, and that is known");
    }

    @Test
    void evidenceAgainstALivingOneIsRefuted() {
        for (long seed = 1; seed <= 100; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            List<Kind> heard = new ArrayList<>();
            cluster.watch((observer, change) -> heard.add(change.kind()));
            for (int i = 0; i < 10; i++) {
                cluster.node(0)
                        .input(c -> c.refused(cluster.now(), cluster.node(1).address()));
                cluster.run(SECOND);
            }
            assertTrue(heard.contains(Kind.SUSPECTED) && heard.contains(Kind.REFUTED));
            assertFalse(heard.contains(Kind.DIED), "seed " + seed);
            long suspected = heard.stream().filter(k -> k == Kind.SUSPECTED).count();
            assertTrue(suspected < 5L * size(seed), "what was refuted counts less: " + suspected);
        }
    }

    @Test
    void tablesThatDifferAreFoundByTheirDigests() {
        SwimConfig config =
                SwimConfig.lan().digestInterval(Duration.ofSeconds(2)).build();
        for (long seed = 1; seed <= 60; seed++) {
            int n = Math.max(5, size(seed));
            SwimCluster cluster = cluster(config, seed, n);
            SwimNode node = cluster.node(3);
            cluster.loss = 1; // the news reach nobody
            node.input(c -> c.update(cluster.now(), node.address(), new byte[] {7}));
            cluster.run(140 * MILLI);
            cluster.loss = 0.3;
            cluster.run(2 * SECOND);
            cluster.loss = 0;
            assertAgrees(cluster, seed, 30 * SECOND);
        }
    }

    @Test
    void oldGossipRaisesNoDead() {
        for (long seed = 1; seed <= 30; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            SwimNode dead = cluster.node(1);
            MemberInfo old = dead.core().self();
            dead.silence();
            assertAgrees(cluster, seed, 5 * SECOND);
            cluster.run(seed == 1 ? 3600 * SECOND : 60 * SECOND);
            List<Kind> heard = new ArrayList<>();
            cluster.watch((observer, change) -> heard.add(change.kind()));
            cluster.node(0)
                    .input(c -> c.received(
                            cluster.now(),
                            cluster.node(2).address(),
                            List.of(new io.holdfast.membership.swim.SwimMessage.Alive(old))));
            cluster.run(10 * SECOND);
            assertEquals(List.of(), heard, "seed " + seed);
        }
    }

    @Test
    void theDeadAreForgottenInTheEndEphemeralOnesSoon() {
        SwimConfig config =
                SwimConfig.lan().deadRetention(Duration.ofMinutes(30)).build();
        SwimCluster cluster = cluster(config, 1, 5);
        SwimNode ephemeral = cluster.add("passer-by", new Address("10.8.0.1", 7400), MemberInfo.EPHEMERAL);
        ephemeral.boot(List.of(cluster.node(0).address()));
        assertAgrees(cluster, 1, 2 * SECOND);
        ephemeral.kill();
        cluster.node(4).silence();
        cluster.run(40 * SECOND);
        assertEquals(MemberState.DEAD, cluster.node(0).stateOf("passer-by"));
        cluster.run(60 * SECOND);
        assertEquals(null, cluster.node(0).stateOf("passer-by"));
        assertEquals(MemberState.DEAD, cluster.node(0).stateOf("node-4"));
        cluster.run(1900 * SECOND);
        for (int i = 0; i < 4; i++) {
            assertEquals(null, cluster.node(i).stateOf("node-4"), "tables that are exchanged keep nobody for ever");
        }
    }

    @Test
    void aBroadcastReachesAllOnce() {
        for (long seed = 1; seed <= 100; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            cluster.loss = 0.1;
            for (int i = 0; i < 20; i++) {
                byte[] payload = ("m" + i).getBytes(StandardCharsets.UTF_8);
                cluster.node(0).input(c -> c.broadcast(cluster.now(), payload));
            }
            cluster.run(5 * SECOND);
            for (SwimNode node : cluster.nodes()) {
                if (node != cluster.node(0)) {
                    assertEquals(20, node.delivered.size(), "seed " + seed + " at " + node.id());
                    assertEquals(20, new TreeSet<>(node.delivered).size(), "seed " + seed);
                }
            }
        }
    }

    @Test
    void oneThatHearsNothingKillsNobody() {
        for (long seed = 1; seed <= 25; seed++) {
            int n = Math.max(6, size(seed));
            SwimCluster cluster = cluster(LAN, seed, n);
            Set<String> died = new TreeSet<>();
            cluster.watch((observer, change) -> {
                if (change.kind() == Kind.DIED && !observer.id().equals("node-0")) {
                    died.add(change.member().id());
                }
            });
            cluster.node(0).deaf = true;
            cluster.run(30 * SECOND);
            died.remove("node-0");
            assertEquals(Set.of(), died, "seed " + seed);
            cluster.node(0).deaf = false;
            assertAgrees(cluster, seed, 30 * SECOND);
        }
    }

    @Test
    void oneThatStandsStillAllTheTimeIsTheOnlyOneSuspected() {
        for (long seed = 1; seed <= 20; seed++) {
            SwimCluster cluster = cluster(LAN, seed, size(seed));
            Set<String> suspected = new TreeSet<>();
            cluster.watch((observer, change) -> {
                if (change.kind() == Kind.SUSPECTED || change.kind() == Kind.DIED) {
                    suspected.add(change.member().id());
                }
            });
            for (int i = 0; i < 20; i++) {
                long stall = SECOND / 2 + cluster.random.nextLong(4 * SECOND);
                cluster.node(1).stall(stall);
                cluster.run(stall + cluster.random.nextLong(20 * MILLI));
            }
            assertEquals(Set.of("node-1"), suspected, "seed " + seed);
        }
    }

    @Test
    void lifeguardSparesTheHealthyFromOneThatReadsLate() {
        int with = falseAlarmsBesideASlowOne(LAN);
        int without =
                falseAlarmsBesideASlowOne(SwimConfig.lan().withoutLifeguard().build());
        assertTrue(with * 10 < without, with + " with, " + without + " without");
    }

    private static int falseAlarmsBesideASlowOne(SwimConfig config) {
        SwimCluster cluster = new SwimCluster(config, 5, false);
        FalseAlarms alarms = new FalseAlarms(cluster);
        cluster.startTogether(30);
        for (int i = 0; i < 30; i++) {
            cluster.node(7).backlog(cluster.random.nextLong(5 * SECOND));
            cluster.run(SECOND + cluster.random.nextLong(9 * SECOND));
        }
        return alarms.suspicions() - alarms.suspicionsOf("node-7");
    }

    @Test
    void aQuietClusterCostsLittle() {
        SwimCluster cluster = cluster(LAN, 1, 20);
        cluster.run(20 * SECOND);
        long before = cluster.nodes().stream().mapToLong(n -> n.bytesSent).sum();
        cluster.run(60 * SECOND);
        long bytes = cluster.nodes().stream().mapToLong(n -> n.bytesSent).sum() - before;
        assertTrue(bytes / 60 / 20 < 1000, bytes / 60 / 20 + " bytes a second for each node");
    }

    @Test
    void aSeedReplaysExactly() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (List<String> trace : List.of(first, second)) {
            SwimCluster cluster = new SwimCluster(LAN, 7, true);
            cluster.watch((observer, change) -> trace.add(cluster.now() + " " + observer.id() + " " + change));
            cluster.startTogether(10);
            cluster.loss = 0.2;
            cluster.run(20 * SECOND);
            cluster.node(3).kill();
            cluster.run(20 * SECOND);
        }
        assertFalse(first.isEmpty());
        assertEquals(first, second);
    }
}
