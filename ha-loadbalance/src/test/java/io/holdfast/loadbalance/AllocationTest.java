package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.holdfast.core.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pick allocates nothing, nor does a request that is begun and ended. */
class AllocationTest {
    private static final int PICKS = 20_000;
    /** What the measuring itself, and the compiler's threads in our name, may come to. */
    private static final long NOTHING = PICKS / 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Algorithm> algorithms() {
        return Stream.of(
                Algorithm.roundRobin(),
                Algorithm.smoothWeighted(),
                Algorithm.random(),
                Algorithm.weightedRandom(),
                Algorithm.keyHash(),
                new Algorithm.KeyHash(0),
                Algorithm.boundedKeyHash(),
                Algorithm.leastRequest(),
                Algorithm.peakEwma());
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aPickAllocatesNothing(Algorithm algorithm) {
        ManualRuntime runtime = new ManualRuntime(1);
        Balancer balancer = Balancer.start(
                new Balancer.Identity("shop", "web", "http"),
                BalancerSettings.of(algorithm),
                runtime,
                new SimpleMeterRegistry());
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            endpoints.add(Endpoint.of("node-" + i, "http://10.0.0." + i).weight(1 + i % 3));
        }
        balancer.update(endpoints, 1);
        balancer.health("node-3", Health.DOWN); // keys take another rank
        balancer.health("node-4", Health.DEGRADED); // and weights are not whole
        runtime.work();
        for (int i = 0; i < 3; i++) { // the first times classes are loaded
            run(balancer);
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(balancer);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < NOTHING, algorithm + " allocated " + least + " bytes in " + PICKS + " picks");
        balancer.close();
    }

    private static void run(Balancer balancer) {
        for (int i = 0; i < PICKS; i++) {
            assertNotNull(balancer.pick(RequestKey.of(i)));
            Target target = balancer.begin(RequestKey.of(i), null);
            if (target != null) {
                balancer.end(target, 1_000_000 + i, Outcome.SUCCESS);
            }
        }
    }
}
