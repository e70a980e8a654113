package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads pick while everything changes; what is counted stays right. */
@Timeout(120)
class ConcurrencyTest {
    private static final int THREADS = 4;
    private static final int REQUESTS = 30_000;
    private static final int MOST = 7;
    private static final List<Health> HEALTHS = List.of(Health.UP, Health.DEGRADED, Health.DOWN);

    static Stream<Algorithm> algorithms() {
        return AllocationTest.algorithms();
    }

    private static List<Endpoint> endpoints(SplittableRandom random) {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            if (i < 4 || random.nextInt(4) > 0) {
                all.add(Endpoint.of("node-" + i, "http://10.0.0." + random.nextInt(9))
                        .weight(1 + random.nextInt(5)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void countsStayRight(Algorithm algorithm) throws Exception {
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
        ExecutorService callers = Executors.newFixedThreadPool(THREADS);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Balancer balancer = Balancer.start(
                new Balancer.Identity("shop", "web", "http"),
                BalancerSettings.of(algorithm).mostInFlight(MOST, 1_000),
                BalancerRuntime.of(scheduler, () -> new SplittableRandom(1)),
                registry);
        try {
            SplittableRandom changes = new SplittableRandom(2);
            balancer.update(endpoints(changes), 0).toCompletableFuture().get();
            AtomicInteger most = new AtomicInteger();
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom own = new SplittableRandom(100 + t);
                tasks.add(() -> call(balancer, own, most));
            }
            List<Future<Integer>> running = new ArrayList<>();
            tasks.forEach(task -> running.add(callers.submit(task)));
            long epoch = 1;
            while (!running.stream().allMatch(Future::isDone)) {
                balancer.update(endpoints(changes), epoch++)
                        .toCompletableFuture()
                        .get();
                String id = "node-" + changes.nextInt(24);
                balancer.health(id, HEALTHS.get(changes.nextInt(3)))
                        .toCompletableFuture()
                        .get();
                balancer.drain("node-" + changes.nextInt(24), changes.nextBoolean());
            }
            int begun = 0;
            for (Future<Integer> each : running) {
                begun += each.get();
            }
            assertTrue(begun > THREADS * REQUESTS / 2, "begun " + begun);
            assertTrue(most.get() <= MOST + THREADS, "in flight " + most.get()); // one that was undone may be seen
            balancer.update(endpoints(changes), epoch).toCompletableFuture().get();
            for (EndpointStanding each : balancer.explain().endpoints()) {
                assertEquals(0, each.inFlight(), each.endpoint().id());
            }
            for (int i = 0; i < 1_000; i++) { // none is left over in the sum of all
                Target target = balancer.begin(RequestKey.of(i), null);
                assertNotNull(target, balancer.explain().whyNobody());
                balancer.end(target, 1, Outcome.SUCCESS);
            }
        } finally {
            balancer.close();
            callers.shutdownNow();
            scheduler.shutdownNow();
        }
        assertEquals(List.of(), registry.getMeters());
    }

    private static int call(Balancer balancer, SplittableRandom random, AtomicInteger most) {
        List<Target> running = new ArrayList<>();
        int begun = 0;
        for (int i = 0; i < REQUESTS; i++) {
            Target target = balancer.begin(random.nextLong(), null);
            if (target != null) {
                begun++;
                running.add(target);
                most.accumulateAndGet(target.inFlight(), Math::max);
            }
            if (running.size() > 20 || (random.nextInt(3) == 0 && !running.isEmpty())) {
                Target ended = running.remove(random.nextInt(running.size()));
                Outcome[] outcomes = {
                    Outcome.SUCCESS, Outcome.SUCCESS, Outcome.SUCCESS, Outcome.FAILURE, Outcome.CANCELLED
                };
                balancer.end(ended, 1_000 + random.nextInt(1_000_000), outcomes[random.nextInt(outcomes.length)]);
            }
        }
        running.forEach(target -> balancer.end(target, 1_000, Outcome.SUCCESS));
        return begun;
    }
}
