package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Explanation;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final ManualRuntime runtime = new ManualRuntime(1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Balancer balancer(BalancerSettings settings) {
        return Balancer.start(new Balancer.Identity("shop", "node-1", "http"), settings, runtime, registry);
    }

    private Balancer balancer(Algorithm algorithm, int size) {
        Balancer balancer = balancer(BalancerSettings.of(algorithm));
        update(balancer, endpoints(size), 1);
        return balancer;
    }

    private void update(Balancer balancer, List<Endpoint> endpoints, long epoch) {
        CompletionStage<Void> done = balancer.update(endpoints, epoch);
        runtime.work();
        assertTrue(done.toCompletableFuture().isDone());
    }

    private static List<Endpoint> endpoints(int size) {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(Endpoint.of("node-" + i, "http://10.0.0." + i + ":8080"));
        }
        return all;
    }

    private static List<Endpoint> without(List<Endpoint> all, String id) {
        return all.stream().filter(each -> !each.id().equals(id)).toList();
    }

    private static Map<String, Integer> picks(Balancer balancer, int count) {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Target target = balancer.pick(RequestKey.of(i));
            assertNotNull(target);
            picks.merge(target.endpoint().id(), 1, Integer::sum);
        }
        return picks;
    }

    private void request(Balancer balancer, String id, Outcome outcome) {
        for (int i = 0; i < 1_000; i++) {
            Target target = balancer.begin(RequestKey.of(i), null);
            assertNotNull(target);
            boolean wanted = target.endpoint().id().equals(id);
            balancer.end(target, MILLI, wanted ? outcome : Outcome.CANCELLED);
            if (wanted) {
                return;
            }
        }
        throw new AssertionError(id + " is not picked");
    }

    private static EndpointStanding standing(Balancer balancer, String id) {
        return balancer.explain().endpoints().stream()
                .filter(each -> each.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nobodyIsPickedBeforeThereIsAnybody() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin()));
        assertNull(balancer.pick());
        assertNull(balancer.begin());
        assertTrue(balancer.explain().whyNobody().contains("known yet"));
        update(balancer, List.of(), 1);
        assertNull(balancer.begin(7, null));
        assertTrue(balancer.explain().whyNobody().contains("there is no endpoint"));
        assertEquals(
                Explanation.State.BROKEN, balancer.explain().findings().get(0).state());
    }

    /** A connection that is used for a long time is no request that is not answered. */
    @Test
    void whatIsKeptIsInFlightAndIsNoSilence() {
        Balancer balancer = balancer(Algorithm.leastRequest(), 3);
        for (Endpoint each : endpoints(3)) {
            request(balancer, each.id(), Outcome.SUCCESS);
        }
        Target kept = balancer.hold("node-0");
        assertNotNull(kept);
        othersAnswerForSeconds(balancer);
        assertEquals(1, standing(balancer, "node-0").inFlight());
        assertFalse(standing(balancer, "node-0").is(Reason.EJECTED));
        Target begun = balancer.beginAt("node-0");
        assertNotNull(begun);
        othersAnswerForSeconds(balancer);
        assertTrue(standing(balancer, "node-0").is(Reason.EJECTED)); // what is not answered is told beside it
        balancer.end(begun, MILLI, Outcome.CANCELLED);
        balancer.release(kept, true);
        assertEquals(0, standing(balancer, "node-0").inFlight());
        assertEquals(1, standing(balancer, "node-0").failures());
        assertNull(balancer.hold("node-9"));
    }

    private void othersAnswerForSeconds(Balancer balancer) {
        for (int i = 0; i < 40; i++) {
            request(balancer, "node-1", Outcome.SUCCESS);
            request(balancer, "node-2", Outcome.SUCCESS);
            runtime.pass(100 * MILLI);
        }
    }

    @Test
    void everyAlgorithmPicksEverybody() {
        for (Algorithm algorithm : List.of(
                Algorithm.roundRobin(),
                Algorithm.smoothWeighted(),
                Algorithm.random(),
                Algorithm.weightedRandom(),
                Algorithm.keyHash(),
                Algorithm.boundedKeyHash(),
                Algorithm.leastRequest(),
                Algorithm.peakEwma())) {
            for (int size : new int[] {1, 2, 3, 40}) {
                Balancer balancer = balancer(algorithm, size);
                assertEquals(size, picks(balancer, size * 400).size(), algorithm + " over " + size);
                for (int i = 0; i < 50; i++) {
                    Target target = balancer.begin(RequestKey.of(i), null);
                    assertNotNull(target, algorithm.toString());
                    balancer.end(target, MILLI, Outcome.SUCCESS);
                    assertEquals(0, target.inFlight());
                }
                balancer.close();
            }
        }
    }

    @Test
    void manyChangesAreTakenOverOnce() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin()));
        List<CompletionStage<Void>> waiting = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            waiting.add(balancer.update(endpoints(i), i));
        }
        assertNull(balancer.pick(), "nothing changes on the caller's path");
        assertEquals(1, runtime.work());
        waiting.forEach(each -> assertTrue(each.toCompletableFuture().isDone()));
        assertEquals(50, balancer.explain().endpoints().size());
    }

    @Test
    void anEarlierEpochIsIgnored() {
        Balancer balancer = balancer(Algorithm.roundRobin(), 3);
        update(balancer, endpoints(2), 5);
        update(balancer, endpoints(4), 4);
        assertEquals(2, balancer.explain().endpoints().size());
        assertEquals(5, balancer.explain().epoch());
    }

    @Test
    void whatIsKnownOfThoseThatStayIsKept() {
        Balancer balancer = balancer(Algorithm.random(), 3);
        for (int i = 0; i < 5; i++) {
            request(balancer, "node-1", Outcome.SUCCESS);
        }
        Target before = picked(balancer, "node-1");
        update(balancer, endpoints(4), 2);
        assertSame(before, picked(balancer, "node-1"));
        List<Endpoint> moved = new ArrayList<>(endpoints(4));
        moved.set(1, Endpoint.of("node-1", "http://10.9.9.9:80"));
        update(balancer, moved, 3);
        assertEquals(5, standing(balancer, "node-1").successes());
        Target after = picked(balancer, "node-1");
        assertEquals("10.9.9.9", after.endpoint().uri().getHost());
        assertEquals(before.session(), after.session());
        update(balancer, without(moved, "node-1"), 4);
        update(balancer, moved, 5);
        assertEquals(0, standing(balancer, "node-1").successes(), "who was gone begins anew");
    }

    private static Target picked(Balancer balancer, String id) {
        for (int i = 0; i < 10_000; i++) {
            Target target = balancer.pick(RequestKey.of(i));
            if (target != null && target.endpoint().id().equals(id)) {
                return target;
            }
        }
        throw new AssertionError(id + " is not picked");
    }

    @Test
    void failuresInARowPutItOutAtOnceAndItComesBackSlowly() {
        Balancer balancer = balancer(Algorithm.roundRobin(), 4);
        for (int i = 0; i < 5; i++) {
            request(balancer, "node-2", Outcome.FAILURE);
        }
        assertEquals(1, runtime.work(), "it does not wait for a tick");
        assertFalse(picks(balancer, 400).containsKey("node-2"));
        EndpointStanding out = standing(balancer, "node-2");
        assertTrue(out.is(Reason.EJECTED) && out.share() == 0, out.toString());
        assertTrue(balancer.explain().findings().size() == 2);
        assertEquals(
                1,
                registry.get("holdfast.loadbalance.ejections")
                        .tag("cause", "failures_in_a_row")
                        .counter()
                        .count());
        runtime.pass(5 * SECOND + 200 * MILLI);
        assertTrue(standing(balancer, "node-2").is(Reason.STARTING));
        int few = picks(balancer, 3_100).getOrDefault("node-2", 0);
        assertEquals(100, few, 2);
        runtime.pass(16 * SECOND);
        assertEquals(500, picks(balancer, 3_500).getOrDefault("node-2", 0), 2);
        runtime.pass(20 * SECOND);
        assertEquals(100, picks(balancer, 400).getOrDefault("node-2", 0));
        assertTrue(standing(balancer, "node-2").is(Reason.AVAILABLE));
    }

    @Test
    void whoComesBackIsJudgedAnewAndNotByHowSlowItWas() {
        Balancer balancer = balancer(Algorithm.peakEwma(), 3);
        for (int i = 0; i < 30; i++) {
            Target target = Objects.requireNonNull(balancer.beginAt("node-" + i % 3));
            balancer.end(target, i % 3 == 2 ? 2 * SECOND : 2 * MILLI, Outcome.SUCCESS);
        }
        for (int i = 0; i < 5; i++) {
            Target target = Objects.requireNonNull(balancer.beginAt("node-2"));
            balancer.end(target, 2 * SECOND, Outcome.FAILURE);
        }
        runtime.work();
        assertTrue(standing(balancer, "node-2").is(Reason.EJECTED));
        runtime.pass(6 * SECOND);
        assertTrue(standing(balancer, "node-2").latencyNanos() <= 2 * MILLI);
        runtime.pass(60 * SECOND);
        assertEquals(100, picks(balancer, 300).getOrDefault("node-2", 0), 40);
        Target slowAgain = Objects.requireNonNull(balancer.beginAt("node-2"));
        balancer.end(slowAgain, 2 * SECOND, Outcome.SUCCESS);
        assertEquals(0, picks(balancer, 300).getOrDefault("node-2", 0));
    }

    /** Also if it failed too few times to be taken out: who failed more is tried again after so long. */
    @Test
    void whoFailedAFewTimesIsPickedAgainAfterSeconds() {
        Balancer balancer = balancer(Algorithm.peakEwma(), 3);
        for (int i = 0; i < 30; i++) {
            Target target = Objects.requireNonNull(balancer.beginAt("node-" + i % 3));
            balancer.end(target, 2 * MILLI, Outcome.SUCCESS);
        }
        for (int i = 0; i < 4; i++) {
            Target target = Objects.requireNonNull(balancer.beginAt("node-2"));
            balancer.end(target, 2 * SECOND, Outcome.FAILURE);
        }
        runtime.work();
        assertFalse(standing(balancer, "node-2").is(Reason.EJECTED));
        assertEquals(0, picks(balancer, 300).getOrDefault("node-2", 0));
        runtime.pass(4 * SECOND);
        assertEquals(0, picks(balancer, 300).getOrDefault("node-2", 0));
        runtime.pass(2 * SECOND);
        assertEquals(100, picks(balancer, 300).getOrDefault("node-2", 0), 40);
        Target failsAgain = Objects.requireNonNull(balancer.beginAt("node-2"));
        balancer.end(failsAgain, MILLI, Outcome.UNREACHABLE);
        runtime.work();
        assertTrue(standing(balancer, "node-2").is(Reason.EJECTED));
    }

    @Test
    void threeWithSixtySevenPercentNeverLeaveNone() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin())
                .outliers(OutlierSettings.usual().mostPercent(67)));
        update(balancer, endpoints(3), 1);
        for (int i = 0; i < 300; i++) {
            Target target = balancer.begin();
            assertNotNull(target);
            balancer.end(target, MILLI, Outcome.FAILURE);
            runtime.pass(10 * MILLI);
        }
        BalancerExplanation explanation = balancer.explain();
        assertEquals(
                2,
                explanation.endpoints().stream()
                        .filter(each -> each.is(Reason.EJECTED))
                        .count());
        assertEquals(
                1,
                explanation.endpoints().stream()
                        .filter(each -> each.is(Reason.SPARED))
                        .count());
    }

    @Test
    void whoIsSparedAgainAndAgainIsToldOnce() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin())
                .outliers(OutlierSettings.usual().mostPercent(40)));
        update(balancer, endpoints(2), 1);
        for (int i = 0; i < 200; i++) { // 20 s: four windows
            Target target = balancer.begin();
            assertNotNull(target);
            balancer.end(target, MILLI, Outcome.FAILURE);
            runtime.pass(100 * MILLI);
        }
        double spared = registry.find("holdfast.loadbalance.spared").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
        assertEquals(2, spared);
    }

    @Test
    void whoShedsLoadIsNotTakenOutAndCountsAsSlower() {
        Balancer balancer = balancer(Algorithm.random(), 3);
        request(balancer, "node-1", Outcome.SUCCESS);
        for (int i = 0; i < 50; i++) {
            request(balancer, "node-1", Outcome.OVERLOADED);
        }
        runtime.pass(6 * SECOND);
        EndpointStanding standing = standing(balancer, "node-1");
        assertTrue(standing.is(Reason.AVAILABLE), standing.toString());
        assertEquals(0, standing.failures());
        assertTrue(standing.latencyNanos() > 3 * SECOND && standing.latencyNanos() <= 10 * SECOND, standing.toString());
        assertEquals(
                50,
                registry.get("holdfast.loadbalance.requests")
                        .tags("endpoint", "node-1", "outcome", "overloaded")
                        .counter()
                        .count());
    }

    @Test
    void whoStopsAnsweringGetsNothingAfterASecondOrTwo() {
        Balancer balancer = balancer(Algorithm.roundRobin(), 5);
        int toStopped = 0;
        int late = 0;
        for (int i = 0; i < 5_000; i++) {
            Target target = balancer.begin();
            assertNotNull(target);
            boolean stopped = i > 1_000 && target.endpoint().id().equals("node-3");
            if (!stopped) {
                balancer.end(target, MILLI, Outcome.SUCCESS);
            } else {
                toStopped++;
                late += i > 3_000 ? 1 : 0;
            }
            runtime.pass(MILLI);
        }
        assertTrue(toStopped < 260, "to the stopped one " + toStopped);
        assertEquals(0, late);
        assertTrue(standing(balancer, "node-3").is(Reason.EJECTED));
    }

    @Test
    void healthTakesItOutAndInAgain() {
        Balancer balancer = balancer(Algorithm.random(), 3);
        balancer.health("node-0", Health.DOWN);
        balancer.health("nobody", Health.DOWN);
        runtime.work();
        assertFalse(picks(balancer, 300).containsKey("node-0"));
        assertTrue(standing(balancer, "node-0").is(Reason.DOWN));
        balancer.health("node-0", Health.UP);
        runtime.work();
        assertTrue(standing(balancer, "node-0").is(Reason.STARTING));
        balancer.health("node-1", Health.DEGRADED);
        runtime.work();
        assertTrue(standing(balancer, "node-1").is(Reason.DEGRADED));
    }

    @Test
    void sessionsStay() {
        for (Algorithm algorithm : List.of(Algorithm.roundRobin(), Algorithm.keyHash())) {
            Balancer balancer = balancer(algorithm, 5);
            Target bound = picked(balancer, "node-2");
            String session = bound.session();
            assertEquals(16, session.length());
            assertStays(balancer, session, "node-2");
            List<Endpoint> moved = new ArrayList<>(endpoints(8));
            moved.set(2, Endpoint.of("node-2", "http://10.7.7.7:1"));
            update(balancer, moved, 2);
            assertStays(balancer, session, "node-2");
            balancer.drain("node-2", true);
            runtime.work();
            assertFalse(picks(balancer, 500).containsKey("node-2"), "nothing new comes");
            assertStays(balancer, session, "node-2");
            assertTrue(standing(balancer, "node-2").is(Reason.DRAINING));
            runtime.pass(31 * SECOND);
            Target next = balancer.begin(session, 7, null);
            assertNotNull(next);
            assertNotEquals("node-2", next.endpoint().id());
            balancer.end(next, 1, Outcome.SUCCESS);
            balancer.drain("node-2", false);
            runtime.work();
            assertStays(balancer, session, "node-2");
            update(balancer, without(moved, "node-2"), 3);
            Target other = balancer.begin(session, 7, null);
            assertNotNull(other);
            assertNotEquals(session, other.session());
            balancer.end(other, 1, Outcome.SUCCESS);
            for (String nonsense : new String[] {null, "", "x", "zzzzzzzzzzzzzzzz", "0000000000000000"}) {
                Target any = balancer.begin(nonsense, 7, null);
                assertNotNull(any);
                balancer.end(any, 1, Outcome.SUCCESS);
            }
            balancer.close();
        }
    }

    /** What a node says of itself comes with the list; what the caller is told counts where it is worse. */
    @Test
    void whatANodeSaysOfItselfCounts() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin()));
        List<Endpoint> three = new ArrayList<>(endpoints(3));
        update(balancer, three, 1);
        assertEquals(3, picks(balancer, 30).size());
        three.set(1, three.get(1).draining(true));
        three.set(2, three.get(2).health(Health.DEGRADED));
        update(balancer, three, 2);
        assertFalse(picks(balancer, 30).containsKey("node-1"));
        assertTrue(standing(balancer, "node-1").is(Reason.DRAINING));
        assertTrue(standing(balancer, "node-2").is(Reason.DEGRADED));
        balancer.drain("node-1", false);
        balancer.health("node-2", Health.UP);
        runtime.work();
        assertFalse(picks(balancer, 30).containsKey("node-1"), "it says itself that it drains");
        assertTrue(standing(balancer, "node-2").is(Reason.DEGRADED), "it says itself that it is");
        balancer.health("node-2", Health.DOWN);
        runtime.work();
        assertTrue(standing(balancer, "node-2").is(Reason.DOWN), "the check says worse");
        three.set(1, three.get(1).draining(false));
        update(balancer, three, 3);
        assertTrue(standing(balancer, "node-1").is(Reason.STARTING), "who comes back starts slowly");
        balancer.close();
    }

    private static void assertStays(Balancer balancer, String session, String id) {
        for (int i = 0; i < 20; i++) {
            Target target = balancer.begin(session, RequestKey.of(i), null);
            assertNotNull(target);
            assertEquals(id, target.endpoint().id());
            balancer.end(target, MILLI, Outcome.SUCCESS);
        }
    }

    @Test
    void aRetryGoesElsewhere() {
        for (Algorithm algorithm : List.of(
                Algorithm.roundRobin(), Algorithm.keyHash(), Algorithm.boundedKeyHash(), Algorithm.peakEwma())) {
            Balancer balancer = balancer(algorithm, 4);
            Tried tried = new Tried();
            for (int i = 0; i < 4; i++) {
                Target target = balancer.begin(99, tried);
                assertNotNull(target, algorithm + " after " + i);
                assertFalse(tried.has(target));
                tried.add(target);
                balancer.end(target, MILLI, Outcome.FAILURE);
            }
            assertNull(balancer.begin(99, tried));
            balancer.close();
        }
    }

    @Test
    void theOrderOfAKeyIsToldAndKept() {
        Balancer balancer = balancer(Algorithm.keyHash(), 6);
        for (int i = 0; i < 50; i++) {
            long key = RequestKey.of(i);
            List<Endpoint> ranks = balancer.ranks(key);
            assertEquals(6, Set.copyOf(ranks).size());
            Tried tried = new Tried();
            for (Endpoint rank : ranks) {
                Target target = balancer.begin(key, tried);
                assertNotNull(target);
                assertEquals(rank, target.endpoint());
                tried.add(target);
                balancer.end(target, MILLI, Outcome.CANCELLED);
            }
        }
        balancer.health("node-3", Health.DOWN);
        runtime.work();
        assertEquals(5, balancer.ranks(RequestKey.of(1)).size());
        assertEquals(List.of(), balancer(Algorithm.random(), 3).ranks(1));
    }

    @Test
    void noMoreAreInFlightThanMayBe() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.keyHash()).mostInFlight(3, 8));
        update(balancer, endpoints(4), 1);
        List<Target> running = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Target target = balancer.begin(5, null); // one key alone
            assertNotNull(target);
            assertTrue(target.inFlight() <= 3);
            running.add(target);
        }
        assertNull(balancer.begin(5, null));
        assertNull(balancer.begin(running.get(0).session(), 5, null));
        assertEquals(
                2,
                registry.get("holdfast.loadbalance.refused")
                        .tag("reason", "full")
                        .counter()
                        .count());
        assertTrue(standing(balancer, running.get(0).endpoint().id()).is(Reason.FULL));
        running.forEach(target -> balancer.end(target, MILLI, Outcome.CANCELLED));
        assertNotNull(balancer.begin(5, null));
    }

    @Test
    void zonesAndPriorities() {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(Endpoint.of("node-" + i, "http://10.0.0.1").zone(i < 3 ? "a" : "b"));
        }
        Balancer zoned = balancer(BalancerSettings.of(Algorithm.random()).zone("a"));
        update(zoned, all, 1);
        assertEquals(Set.of("node-0", "node-1", "node-2"), picks(zoned, 300).keySet());
        assertTrue(standing(zoned, "node-4").is(Reason.OTHER_ZONE));
        zoned.health("node-0", Health.DOWN);
        zoned.health("node-1", Health.DOWN);
        runtime.work();
        Map<String, Integer> picks = picks(zoned, 10_000);
        assertEquals(1.4 / 3, picks.getOrDefault("node-2", 0) / 10_000.0, 0.03);
        zoned.close();

        Balancer ranked = balancer(BalancerSettings.of(Algorithm.keyHash())
                .priority(endpoint -> endpoint.zone().equals("a") ? 0 : 1));
        update(ranked, all, 1);
        assertTrue(standing(ranked, "node-4").is(Reason.STANDBY));
        assertEquals(3, picks(ranked, 300).size());
        ranked.health("node-0", Health.DOWN);
        ranked.health("node-1", Health.DOWN);
        ranked.health("node-2", Health.DOWN);
        runtime.work();
        assertEquals(Set.of("node-3", "node-4", "node-5"), picks(ranked, 300).keySet());
    }

    @Test
    void keysThatDoNotHaveToMoveStay() {
        for (int size : new int[] {5, 40}) {
            Balancer balancer = balancer(Algorithm.keyHash(), size);
            Map<Integer, String> before = homes(balancer);
            balancer.health("node-1", Health.DOWN);
            runtime.work();
            Map<Integer, String> during = homes(balancer);
            before.forEach((key, home) -> assertTrue(home.equals("node-1") || home.equals(during.get(key))));
            balancer.health("node-1", Health.UP);
            runtime.pass(31 * SECOND);
            assertEquals(before, homes(balancer));
            balancer.close();
        }
    }

    private static Map<Integer, String> homes(Balancer balancer) {
        Map<Integer, String> homes = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            Target target = balancer.pick(RequestKey.of(i));
            homes.put(i, target == null ? "" : target.endpoint().id());
        }
        return homes;
    }

    @Test
    void metersComeAndGo() {
        Balancer balancer = balancer(Algorithm.peakEwma(), 3);
        request(balancer, "node-1", Outcome.SUCCESS);
        runtime.pass(SECOND);
        assertEquals(
                1,
                registry.get("holdfast.loadbalance.requests")
                        .tags("endpoint", "node-1", "outcome", "success")
                        .counter()
                        .count());
        assertEquals(
                3,
                registry.get("holdfast.loadbalance.endpoints")
                        .tag("state", "serving")
                        .gauge()
                        .value());
        assertEquals(
                Set.of(
                        "changes",
                        "ejections",
                        "elsewhere",
                        "endpoints",
                        "inflight",
                        "latency",
                        "panic",
                        "refused",
                        "requests",
                        "spared"),
                registry.getMeters().stream()
                        .map(meter -> meter.getId().getName().substring("holdfast.loadbalance.".length()))
                        .collect(Collectors.toSet()));
        update(balancer, without(endpoints(3), "node-1"), 2);
        assertNull(registry.find("holdfast.loadbalance.inflight")
                .tag("endpoint", "node-1")
                .gauge());
        balancer.close();
        balancer.close();
        assertEquals(List.of(), registry.getMeters());
        assertEquals(0, runtime.tickings());
        assertNotNull(balancer.pick(), "picks go on");
    }

    @Test
    void aPriorityThatThrowsLeavesPicksAsTheyWere() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin()).priority(endpoint -> {
            if (endpoint.id().equals("node-3")) {
                throw new IllegalStateException("no idea");
            }
            return 0;
        }));
        update(balancer, endpoints(3), 1);
        CompletionStage<Void> refused = balancer.update(endpoints(4), 2);
        runtime.work();
        assertTrue(refused.toCompletableFuture().isCompletedExceptionally());
        assertEquals(3, picks(balancer, 30).size());
        update(balancer, endpoints(2), 3); // and the next change is taken over
        assertEquals(2, picks(balancer, 30).size());
    }

    @Test
    void nobodyWaitsForABalancerThatIsClosed() {
        Balancer balancer = balancer(Algorithm.roundRobin(), 3);
        CompletionStage<Void> before = balancer.update(endpoints(2), 2);
        balancer.close();
        assertTrue(before.toCompletableFuture().isDone());
        assertTrue(balancer.update(endpoints(1), 3).toCompletableFuture().isDone());
        assertTrue(balancer.health("node-0", Health.DOWN).toCompletableFuture().isDone());
        runtime.work();
        assertEquals(3, picks(balancer, 30).size());
    }

    @Test
    void nobodyWaitsForAThreadThatHasEnded() throws InterruptedException {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        BalancerRuntime itsRuntime = BalancerRuntime.of(thread, () -> new SplittableRandom(1));
        try (Balancer balancer = Balancer.start(
                new Balancer.Identity("shop", "node-1", "http"),
                BalancerSettings.of(Algorithm.roundRobin()),
                itsRuntime,
                registry)) {
            balancer.update(endpoints(3), 1).toCompletableFuture().join();
            thread.shutdownNow();
            assertTrue(thread.awaitTermination(1, TimeUnit.MINUTES));
            balancer.update(endpoints(1), 2).toCompletableFuture().join();
            assertEquals(3, picks(balancer, 30).size());
        }
    }

    @Test
    void wrongListsAreRefused() {
        Balancer balancer = balancer(BalancerSettings.of(Algorithm.roundRobin()));
        Endpoint one = Endpoint.of("a", "http://x");
        assertThrows(IllegalArgumentException.class, () -> balancer.update(List.of(one, one), 1));
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of("a b", "http://x"));
        assertThrows(IllegalArgumentException.class, () -> one.weight(0));
        OutlierSettings most = OutlierSettings.usual().mostPercent(67);
        assertEquals(33, BalancerSettings.of(Algorithm.random()).outliers(most).panicPercent());
        assertThrows(
                IllegalArgumentException.class,
                () -> BalancerSettings.of(Algorithm.random()).outliers(most).panicPercent(50));
        assertThrows(IllegalArgumentException.class, () -> Algorithm.boundedKeyHash(1));
        assertThrows(IllegalArgumentException.class, () -> Algorithm.peakEwma(Duration.ZERO));
    }

    @Test
    void endpointsOfNodes() {
        Node node = Node.of("node-7").zone("b").weight(5).tag("ssd").service("http", "http://10.0.0.7:8080/");
        Endpoint endpoint = Endpoint.of(node, "http").orElseThrow();
        assertEquals(
                "http://10.0.0.7:8080/orders/1?x", endpoint.uri("/orders/1?x").toString());
        assertEquals("10.0.0.7:8080", endpoint.address().toString());
        assertEquals(5, endpoint.weight());
        assertTrue(Endpoint.of(node, "grpc").isEmpty());
        assertEquals(443, Endpoint.of("a", "https://[::1]").address().port());
        assertEquals("::1", Endpoint.of("a", "https://[::1]").address().host());
        assertThrows(IllegalStateException.class, () -> Endpoint.of("a", "jdbc:postgresql")
                .address());
    }
}
