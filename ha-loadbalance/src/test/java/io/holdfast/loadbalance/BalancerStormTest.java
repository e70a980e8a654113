package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random schedules, each from one number: endpoints come, go, move, drain, fall ill, die, fall silent or slow down, while requests
 * begin, end and are tried again; then all is well again. What must hold at any moment, and what must hold in the end.
 */
class BalancerStormTest {
    /** More of them by a system property. */
    private static final int SCHEDULES = Integer.getInteger("holdfast.balancer.schedules", 120);

    private static final int STEPS = 300;
    private static final int MOST_IN_FLIGHT = 6;
    private static final Duration EJECTION = Duration.ofSeconds(5);

    private static final List<Algorithm> ALGORITHMS = List.of(
            Algorithm.roundRobin(),
            Algorithm.smoothWeighted(),
            Algorithm.random(),
            Algorithm.weightedRandom(),
            Algorithm.keyHash(),
            Algorithm.boundedKeyHash(),
            Algorithm.leastRequest(),
            Algorithm.peakEwma());

    @Test
    void whateverHappensItKeepsItsPromises() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try {
                new Storm(seed).run();
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("schedule " + seed + ": " + failed.getMessage(), failed);
            }
        }
    }

    private enum Kind {
        WELL,
        SLOW,
        FAILING,
        REFUSING,
        SILENT
    }

    private static final class Server {
        Endpoint says;
        Health told = Health.UP;
        boolean toldToDrain;
        Kind kind = Kind.WELL;

        Server(Endpoint says) {
            this.says = says;
        }

        boolean drains() {
            return toldToDrain || says.draining();
        }
    }

    private record Request(Target target, long began, long ends, Outcome outcome) {}

    private static final class Storm {
        private final SplittableRandom random;
        private final ManualRuntime runtime;
        private final Algorithm algorithm;
        private final Balancer balancer;
        private final Map<String, Server> servers = new TreeMap<>();
        private final List<Request> underWay = new ArrayList<>();
        private final String zone;
        private long epoch;
        private int names;
        private Set<String> out = Set.of();
        /** When those who are out were last seen not to be. */
        private final Map<String, Long> stillIn = new HashMap<>();

        Storm(int seed) {
            random = new SplittableRandom(seed);
            runtime = new ManualRuntime(seed);
            algorithm = ALGORITHMS.get(seed % ALGORITHMS.size());
            zone = random.nextBoolean() ? "" : "a";
            OutlierSettings outliers = OutlierSettings.usual()
                    .mostPercent(random.nextBoolean() ? 67 : 34)
                    .leastLeft(random.nextInt(1, 3))
                    .ejection(EJECTION, EJECTION.multipliedBy(6));
            boolean priorities = random.nextInt(3) == 0;
            balancer = Balancer.start(
                    new Balancer.Identity("shop", "node-1", "http"),
                    BalancerSettings.of(algorithm)
                            .outliers(outliers)
                            .panicPercent(random.nextInt(100 - outliers.mostPercent()))
                            .zone(zone)
                            .mostInFlight(MOST_IN_FLIGHT, BalancerSettings.UNBOUNDED)
                            .slowStart(Duration.ofSeconds(random.nextInt(20)))
                            .priority(priorities ? each -> each.id().hashCode() & 1 : each -> 0),
                    runtime,
                    new SimpleMeterRegistry());
            int size = random.nextInt(1, 9);
            for (int i = 0; i < size; i++) {
                join();
            }
            tell();
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                happen();
                runtime.work();
                check();
            }
            allIsWell();
            balancer.close();
        }

        // ---- what happens

        private void join() {
            String id = "node-" + names++;
            servers.put(
                    id,
                    new Server(Endpoint.of(id, "http://10.0.0." + names % 250 + ":8080")
                            .zone(random.nextBoolean() ? "a" : "b")
                            .weight(random.nextInt(1, 5))));
        }

        private void tell() {
            balancer.update(servers.values().stream().map(each -> each.says).toList(), ++epoch);
            runtime.work();
        }

        private @Nullable Server one() {
            return servers.isEmpty() ? null : one(List.copyOf(servers.values()));
        }

        private <T> T one(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        private void happen() {
            Server server = one();
            int what = random.nextInt(40);
            if (what == 0 && servers.size() < 12) {
                join();
                tell();
            } else if (server == null || what < 14) {
                begin();
            } else if (what < 16) {
                server.kind = one(List.of(Kind.values()));
            } else if (what == 16) {
                servers.remove(server.says.id());
                tell();
            } else if (what == 17) {
                server.told = one(List.of(Health.values()));
                balancer.health(server.says.id(), server.told);
            } else if (what == 18) {
                server.toldToDrain = random.nextBoolean();
                balancer.drain(server.says.id(), server.toldToDrain);
            } else if (what == 19) {
                server.says = random.nextBoolean()
                        ? Endpoint.of(server.says.id(), "http://10.1.0." + random.nextInt(250) + ":80")
                                .zone(server.says.zone())
                        : server.says.draining(random.nextBoolean()).weight(random.nextInt(1, 5));
                tell();
            } else if (what == 20) {
                pass(TimeUnit.SECONDS.toNanos(random.nextInt(60)));
            } else {
                pass(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
            }
        }

        /** A request, which is tried again elsewhere up to twice if it is refused at once. */
        private void begin() {
            long key = random.nextInt(4) == 0 ? 0 : RequestKey.of(random.nextInt(50));
            Tried tried = new Tried();
            Set<String> where = new HashSet<>();
            for (int attempt = 0; attempt < 3; attempt++) {
                Target target = balancer.begin(key, tried);
                if (target == null) {
                    nobody(where);
                    return;
                }
                Server server = servers.get(target.endpoint().id());
                assertNotNull(server, target + " is on no list any more");
                assertEquals(server.says.uri(), target.endpoint().uri(), "an address of before");
                assertFalse(server.drains(), target + " drains");
                assertTrue(where.add(target.endpoint().id()), target + " was tried already");
                tried.add(target);
                if (server.kind != Kind.REFUSING) {
                    underWay.add(request(target, server.kind));
                    return;
                }
                balancer.end(target, 1_000, Outcome.UNREACHABLE);
                runtime.work();
            }
        }

        /** It said that nobody may take it: so nobody could have, of those that it thinks well of. */
        private void nobody(Set<String> tried) {
            for (EndpointStanding each : balancer.explain().endpoints()) {
                Server server =
                        Objects.requireNonNull(servers.get(each.endpoint().id()));
                boolean free = !tried.contains(each.endpoint().id()) && each.inFlight() < MOST_IN_FLIGHT;
                boolean well = each.is(Reason.AVAILABLE) && !server.drains();
                // A hash with a bound keeps within it; and who has just begun to start has no share yet.
                boolean bounded = algorithm instanceof Algorithm.BoundedKeyHash || each.share() == 0;
                assertTrue(bounded || !(free && well), each.endpoint() + " could have: " + each);
            }
        }

        private Request request(Target target, Kind kind) {
            long millis = random.nextInt(1, 20);
            long now = runtime.now;
            return switch (kind) {
                case WELL, REFUSING -> new Request(target, now, now + millis * 1_000_000, Outcome.SUCCESS);
                case SLOW -> new Request(target, now, now + millis * 100_000_000, Outcome.SUCCESS);
                case FAILING -> new Request(target, now, now + millis * 1_000_000, Outcome.FAILURE);
                case SILENT -> new Request(target, now, now + TimeUnit.SECONDS.toNanos(10), Outcome.FAILURE);
            };
        }

        private void pass(long nanos) {
            long end = runtime.now + nanos;
            while (runtime.now < end) {
                runtime.pass(Math.min(end - runtime.now, 50_000_000));
                end(false);
            }
        }

        private void end(boolean all) {
            for (Request each : List.copyOf(underWay)) {
                if (all || each.ends - runtime.now <= 0) {
                    underWay.remove(each);
                    balancer.end(each.target, runtime.now - each.began, all ? Outcome.CANCELLED : each.outcome);
                }
            }
            runtime.work();
        }

        // ---- what must hold

        private void check() {
            IdentityHashMap<Object, Integer> counted = new IdentityHashMap<>();
            underWay.forEach(each -> counted.merge(each.target.stats(), 1, Integer::sum));
            underWay.forEach(each -> assertEquals(
                    counted.get(each.target.stats()), each.target.inFlight(), each.target + ": requests in flight"));
            BalancerExplanation explained = balancer.explain();
            assertEquals(servers.size(), explained.endpoints().size());
            Set<String> outNow = new HashSet<>();
            double shares = 0;
            for (EndpointStanding each : explained.endpoints()) {
                assertTrue(each.inFlight() <= MOST_IN_FLIGHT, each.toString());
                assertTrue(each.share() >= 0 && each.share() <= 1 + 1e-9, each.toString());
                assertFalse(each.reasons().isEmpty(), each.toString());
                shares += each.share();
                if (each.is(Reason.EJECTED)) {
                    outNow.add(each.endpoint().id());
                }
            }
            assertTrue(shares < 1 + 1e-6, "shares of " + shares);
            boolean more = !out.containsAll(outNow);
            int most = servers.size() * balancer.settings().outliers().mostPercent() / 100;
            assertTrue(!more || outNow.size() <= most, outNow + " are out of " + servers.keySet());
            for (EndpointStanding each : explained.endpoints()) {
                String id = each.endpoint().id();
                if (!outNow.contains(id)) {
                    long before = Objects.requireNonNullElse(stillIn.put(id, runtime.now), runtime.now);
                    boolean longEnough = runtime.now - before >= EJECTION.toNanos();
                    assertTrue(longEnough || !out.contains(id), each + " was out for less than " + EJECTION);
                }
            }
            out = outNow;
        }

        /** Everybody is let in again, gets something, and nothing is counted that is not there. */
        private void allIsWell() {
            if (servers.isEmpty()) {
                join();
            }
            end(true);
            for (Server each : servers.values()) {
                each.kind = Kind.WELL;
                each.toldToDrain = false;
                each.says = each.says.draining(false).weight(1).zone("a");
                balancer.health(each.says.id(), Health.UP);
                balancer.drain(each.says.id(), false);
            }
            tell();
            for (int i = 0; i < 4 * 60; i++) {
                pass(500_000_000);
                begin();
                check();
            }
            end(true);
            picks(400, 150_000_000); // until slow answers of before have faded
            Map<String, Integer> picked = picks(2_000, 1_000_000);
            for (EndpointStanding each : balancer.explain().endpoints()) {
                assertEquals(0, each.inFlight(), each.toString());
                assertFalse(each.is(Reason.EJECTED) || each.is(Reason.STARTING), each.toString());
                boolean first = balancer.settings().priority().applyAsInt(each.endpoint()) == firstPriority();
                int fair = 2_000 / servers.size();
                int got = picked.getOrDefault(each.endpoint().id(), 0);
                assertTrue(!first || got > fair / 5, each + " got " + got + " where " + fair + " is even");
            }
        }

        private Map<String, Integer> picks(int count, long apartNanos) {
            Map<String, Integer> picked = new HashMap<>();
            for (int i = 0; i < count; i++) {
                Target target = balancer.begin(RequestKey.of(i), null);
                assertNotNull(target, "all are well, and nobody is picked");
                picked.merge(target.endpoint().id(), 1, Integer::sum);
                balancer.end(target, 1_000_000, Outcome.SUCCESS);
                runtime.pass(apartNanos);
            }
            return picked;
        }

        private int firstPriority() {
            return servers.values().stream()
                    .mapToInt(each -> balancer.settings().priority().applyAsInt(each.says))
                    .min()
                    .orElse(0);
        }
    }
}
