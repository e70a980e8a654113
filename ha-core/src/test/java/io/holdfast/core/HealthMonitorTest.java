package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** On real threads. */
class HealthMonitorTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private static HealthCheck quick(HealthCheck check) {
        return check.every(Duration.ofMillis(100))
                .timeout(Duration.ofMillis(50))
                .rise(1)
                .fall(1);
    }

    private HaCluster.Builder node() {
        return HaCluster.singleNode().node(Node.of("a").bind("127.0.0.1:0")).meterRegistry(registry);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it did not come about");
            Thread.sleep(5);
        }
    }

    private double gauge(String check) {
        return registry.get("holdfast.health").tag("check", check).gauge().value();
    }

    @Test
    void aCheckThatFailsTakesTheNodeDownAndUpAgain() throws Exception {
        AtomicBoolean well = new AtomicBoolean(true);
        HaCluster cluster =
                node().healthCheck("db", quick(HealthCheck.of(well::get))).build();
        assertEquals(Health.DOWN, cluster.health().health(), "it has not started");
        assertTrue(cluster.isLive());
        cluster.start();
        await(() -> cluster.health().health() == Health.UP);
        assertEquals(2, gauge("db"));
        well.set(false);
        await(() -> cluster.health().findings().get("db").health() == Health.DOWN);
        assertEquals("the check says so", cluster.health().findings().get("db").detail());
        assertEquals(0, gauge("db"));
        assertTrue(cluster.isLive(), "to be live it need not be well");
        well.set(true);
        await(() -> cluster.health().health() == Health.UP);
        cluster.stop();
        assertFalse(cluster.isLive());
        assertEquals(Health.DOWN, cluster.health().health());
        assertTrue(registry.find("holdfast.health").gauges().isEmpty(), "its meters are gone");
    }

    @Test
    void oneThatHangsOrThrowsHarmsNoOther() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (HaCluster cluster = node().healthCheck("hangs", quick(HealthCheck.graded(() -> {
                    release.await();
                    return Health.UP;
                })))
                .healthCheck("throws", quick(HealthCheck.of(() -> {
                    throw new IllegalStateException("no pool");
                })))
                .healthCheck("fine", quick(HealthCheck.graded(() -> Health.DEGRADED)))
                .start()) {
            await(() -> cluster.health().findings().get("hangs").detail().contains("answer"));
            await(() -> cluster.health().findings().get("throws").detail().contains("no pool"));
            await(() -> cluster.health().findings().get("fine").health() == Health.DEGRADED);
            release.countDown();
            await(() -> cluster.health().findings().get("hangs").health() == Health.UP);
        }
    }

    @Test
    void wrongSettingsAreRefusedWithWhatToWrite() {
        HealthCheck check = HealthCheck.of(() -> true);
        assertThrows(IllegalArgumentException.class, () -> node().healthCheck("a b", check));
        assertThrows(IllegalArgumentException.class, () -> node().healthCheck("db", check)
                .healthCheck("db", check));
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class, () -> node().healthCheck("db", check.every(Duration.ofMillis(1)))
                        .build());
        assertTrue(wrong.getMessage().contains("health check db: every in ms 1 is not within 100"), wrong.getMessage());
    }
}
