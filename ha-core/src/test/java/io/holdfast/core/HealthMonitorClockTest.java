package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A loop that stands still, and what is told of checks, in a time that is the test's. */
class HealthMonitorClockTest {
    private final MemoryWorld world = new MemoryWorld();
    private final MemoryRuntime runtime = world.runtime("host-1");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> events = new ArrayList<>();
    private final Map<String, HealthCheck> checks = new LinkedHashMap<>();

    private HealthMonitor begun() {
        EventFeed feed = new EventFeed("a", event -> {
            if (event.kind() == HaEvent.Kind.HEALTH) {
                events.add(event.subject() + " " + event.detail());
            }
        });
        feed.begin(Runnable::run, "shop", registry);
        HealthMonitor monitor =
                new HealthMonitor("shop", "a", runtime, runtime, runtime::newWorker, checks, feed, registry);
        monitor.begin(health -> {});
        world.runFor(Duration.ofMillis(350));
        return monitor;
    }

    private static Health loop(HealthMonitor monitor) {
        HealthReport.Finding found = monitor.report().findings().get("loop");
        return found == null ? Health.DOWN : found.health();
    }

    @Test
    void aLoopThatStandsStillForASecondIsHeldAgainstItForTen() {
        HealthMonitor monitor = begun();
        assertEquals(Health.UP, loop(monitor));
        world.stall(Duration.ofMillis(1_049)); // since the tick at 300 ms, so that the next is 999 ms late
        world.runFor(Duration.ofMillis(500));
        assertEquals(Health.UP, loop(monitor));
        world.stall(Duration.ofMillis(1_200));
        world.settle();
        assertEquals(Health.DEGRADED, loop(monitor));
        assertEquals(Health.DEGRADED, monitor.report().health());
        HealthReport.Finding found = monitor.report().findings().get("loop");
        assertTrue(
                found != null && found.detail().startsWith("the node's loop stood still for 1"), String.valueOf(found));
        assertEquals(
                1, registry.get("holdfast.health").tag("check", "loop").gauge().value());
        assertTrue(monitor.isLive(), "it moves");
        world.runFor(Duration.ofMillis(9_800));
        assertEquals(Health.DEGRADED, loop(monitor));
        world.runFor(Duration.ofMillis(400));
        assertEquals(Health.UP, loop(monitor));
        assertEquals(2, events.size(), events.toString());
        assertTrue(events.get(0).startsWith("loop DEGRADED, the node's loop stood still"), events.toString());
        assertEquals("loop UP", events.get(1));
    }

    @Test
    void afterTenSecondsItIsNotLiveAndItMayStillRecover() {
        HealthMonitor monitor = begun();
        world.stall(Duration.ofMillis(9_949)); // the last tick was at 300 ms
        assertTrue(monitor.isLive());
        world.stall(Duration.ofMillis(1));
        assertFalse(monitor.isLive());
        world.settle();
        assertTrue(monitor.isLive());
        assertEquals(Health.DEGRADED, loop(monitor));
    }

    @Test
    void aNodeThatStopsIsLiveForAsLongAsItsLoopMoves() {
        HealthMonitor monitor = begun();
        monitor.stop();
        world.runFor(Duration.ofMinutes(10));
        assertTrue(monitor.isLive());
        runtime.close();
        world.runFor(Duration.ofSeconds(11));
        assertFalse(monitor.isLive());
    }

    @Test
    void nobodyIsToldOfTheLoopOfANodeThatHasStopped() {
        HealthMonitor monitor = begun();
        world.stall(Duration.ofMillis(1_500));
        world.settle();
        assertEquals(1, events.size(), events.toString());
        monitor.stop();
        world.stall(Duration.ofMillis(1_500));
        world.runFor(Duration.ofMinutes(1));
        assertEquals(1, events.size(), events.toString());
    }

    @Test
    void thatACheckHasNotBeenAskedYetIsNoNews() {
        checks.put("db", HealthCheck.of(() -> true));
        try (LogCapture log = LogCapture.of(HealthMonitor.class.getName())) {
            HealthMonitor monitor = begun();
            assertEquals(Health.UP, monitor.report().health());
            assertEquals(List.of("db UP"), events);
            assertEquals(List.of("a: db is UP"), log.messages(Level.INFO));
        }
    }

    @Test
    void whatFailsFromTheStartIs() {
        checks.put("db", HealthCheck.of(() -> false));
        try (LogCapture log = LogCapture.of(HealthMonitor.class.getName())) {
            HealthMonitor monitor = begun();
            assertEquals(Health.DOWN, monitor.report().health());
            assertEquals(List.of("db DOWN, the check says so"), events);
            assertEquals(List.of("a: db is DOWN: the check says so"), log.messages(Level.INFO));
        }
    }
}
