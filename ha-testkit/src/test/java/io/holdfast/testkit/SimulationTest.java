package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private final Simulation simulation = new Simulation(7);

    @Test
    void tasksOfOneLoopKeepTheirOrder() {
        NodeRuntime runtime = simulation.node("a").runtime();
        List<Integer> ran = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            expected.add(number);
            runtime.loop().execute(() -> ran.add(number));
        }
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(expected, ran);
    }

    @Test
    void timersRunInTimeAndCancelledOnesNever() {
        NodeRuntime runtime = simulation.node("a").runtime();
        List<String> ran = new ArrayList<>();
        runtime.loop().schedule(2_000_000, () -> ran.add("late"));
        runtime.loop().schedule(1_000_000, () -> ran.add("early"));
        EventLoop.Timer never = runtime.loop().schedule(1_500_000, () -> ran.add("never"));
        never.cancel();
        never.cancel();
        simulation.runFor(Duration.ofNanos(1_999_999));
        assertEquals(List.of("early"), ran);
        simulation.runFor(Duration.ofNanos(1));
        assertEquals(List.of("early", "late"), ran);
        assertEquals(2_000_000, simulation.nowNanos());
    }

    @Test
    void runUntilStopsAtTheEventOrAtTheLimit() {
        NodeRuntime runtime = simulation.node("a").runtime();
        AtomicLong count = new AtomicLong();
        runtime.loop().schedule(5_000, count::incrementAndGet);
        assertTrue(simulation.runUntil(() -> count.get() == 1, Duration.ofSeconds(1)));
        assertEquals(5_000, simulation.nowNanos());
        assertFalse(simulation.runUntil(() -> count.get() == 2, Duration.ofSeconds(1)));
        assertEquals(1_000_005_000L, simulation.nowNanos());
    }

    @Test
    void workersTakeTimeAndKeepTheirOrder() {
        NodeRuntime runtime = simulation.node("a").runtime();
        Worker worker = runtime.newWorker("log");
        List<String> ran = new ArrayList<>();
        worker.execute(() -> ran.add("one, on the loop: " + runtime.loop().inEventLoop()));
        worker.execute(() -> ran.add("two"));
        simulation.runFor(Duration.ofNanos(49_999));
        assertEquals(List.of(), ran);
        simulation.runFor(Duration.ofMillis(1));
        assertEquals(List.of("one, on the loop: false", "two"), ran);
        worker.execute(() -> ran.add("three"));
        worker.close();
        worker.execute(() -> ran.add("never"));
        simulation.runFor(Duration.ofMillis(1));
        assertEquals("three", ran.get(ran.size() - 1));
    }

    @Test
    void aStalledWorkerAndAStalledDiskTakeLonger() {
        SimulatedNode node = simulation.node("a");
        Worker worker = node.runtime().newWorker("log");
        AtomicLong ended = new AtomicLong();
        node.storage().stall(Duration.ofSeconds(3));
        worker.execute(() -> ended.set(simulation.nowNanos()));
        simulation.runFor(Duration.ofSeconds(10));
        assertEquals(3_000_000_000L, ended.get());
        node.stallWorkers(1.0, Duration.ofSeconds(60));
        long begun = simulation.nowNanos();
        worker.execute(() -> ended.set(simulation.nowNanos()));
        simulation.runFor(Duration.ofSeconds(61));
        assertTrue(ended.get() - begun > 1_000_000, "took " + (ended.get() - begun));
    }

    @Test
    void whatANodeThrowsIsItsFailure() {
        SimulatedNode node = simulation.node("a");
        NodeRuntime runtime = node.runtime();
        List<Throwable> heard = new ArrayList<>();
        runtime.onFailure(heard::add);
        IllegalStateException thrown = new IllegalStateException("broken");
        runtime.loop().execute(() -> {
            throw thrown;
        });
        runtime.newWorker("w").execute(() -> {
            throw thrown;
        });
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of(thrown, thrown), heard);
        assertEquals(2, simulation.failures().size());
        assertEquals("a", simulation.failures().get(0).nodeId());
        assertThrows(IllegalStateException.class, () -> runtime.loop().run(() -> {
            throw thrown;
        }));
    }

    @Test
    void whatTheTestThrowsComesOut() {
        simulation.at(Duration.ofMillis(1), () -> {
            throw new AssertionError("seen");
        });
        assertThrows(AssertionError.class, () -> simulation.runFor(Duration.ofSeconds(1)));
    }

    @Test
    void aDeadProcessDoesNothing() {
        SimulatedNode node = simulation.node("a");
        NodeRuntime runtime = node.runtime();
        List<String> ran = new ArrayList<>();
        runtime.loop().execute(() -> ran.add("task"));
        runtime.loop().schedule(10, () -> ran.add("timer"));
        runtime.newWorker("w").execute(() -> ran.add("worker"));
        node.callbacks().execute(() -> ran.add("callback"));
        node.kill();
        runtime.loop().execute(() -> ran.add("later"));
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of(), ran);
        assertFalse(node.running());
        assertThrows(IllegalStateException.class, () -> runtime.loop().run(() -> ran.add("inline")));
        NodeRuntime next = node.runtime();
        assertThrows(IllegalStateException.class, node::runtime, "two processes of one node");
        next.loop().execute(() -> ran.add("next"));
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of("next"), ran);
        next.close();
        assertFalse(node.running());
    }

    @Test
    void aPausedNodeDoesEverythingLateAndInOrder() {
        SimulatedNode node = simulation.node("a");
        NodeRuntime runtime = node.runtime();
        List<String> ran = new ArrayList<>();
        long start = runtime.clock().nanoTime();
        runtime.loop()
                .schedule(1_000_000, () -> ran.add("timer " + (runtime.clock().nanoTime() - start)));
        EventLoop.Timer cancelled = runtime.loop().schedule(2_000_000, () -> ran.add("cancelled"));
        runtime.loop().execute(() -> ran.add("task"));
        node.pause(Duration.ofSeconds(1));
        node.pause(Duration.ofMillis(1));
        simulation.runFor(Duration.ofMillis(999));
        assertTrue(node.paused());
        assertEquals(List.of(), ran);
        cancelled.cancel();
        simulation.runFor(Duration.ofMillis(2));
        assertEquals(List.of("task", "timer 1000000000"), ran);
        assertFalse(node.paused());
    }

    @Test
    void clocksDifferDriftAndJump() {
        SimulatedNode fast = simulation.node("fast");
        NodeRuntime runtime = fast.runtime();
        NodeRuntime other = simulation.node("other").runtime();
        assertNotEquals(runtime.clock().nanoTime(), other.clock().nanoTime());
        fast.skewClock(1.1);
        long before = runtime.clock().nanoTime();
        long wall = runtime.clock().wallMillis();
        AtomicLong firedAt = new AtomicLong();
        runtime.loop().schedule(1_100_000_000, () -> firedAt.set(simulation.nowNanos()));
        simulation.runFor(Duration.ofSeconds(1));
        assertTrue(Math.abs(runtime.clock().nanoTime() - before - 1_100_000_000) <= 2);
        assertTrue(Math.abs(firedAt.get() - 1_000_000_000) <= 2);
        fast.jumpWallClock(Duration.ofHours(-1));
        assertEquals(wall + 1000 - 3_600_000, runtime.clock().wallMillis());
        assertThrows(IllegalArgumentException.class, () -> fast.skewClock(2));
    }

    @Test
    void aTimerIsNeverEarlyByItsOwnClock() {
        SimulatedNode node = simulation.node("a");
        NodeRuntime runtime = node.runtime();
        long deadline = runtime.clock().nanoTime() + 1_000_000_000;
        AtomicLong firedAt = new AtomicLong();
        runtime.loop().schedule(1_000_000_000, () -> firedAt.set(runtime.clock().nanoTime()));
        simulation.at(Duration.ofMillis(10), () -> node.skewClock(0.9));
        simulation.runFor(Duration.ofSeconds(3));
        assertTrue(firedAt.get() >= deadline && firedAt.get() < deadline + 10, "late by " + (firedAt.get() - deadline));
    }

    @Test
    void callbacksRunOffTheLoopInOrder() {
        SimulatedNode node = simulation.node("a");
        NodeRuntime runtime = node.runtime();
        List<String> ran = new ArrayList<>();
        node.callbacks().execute(() -> ran.add("one " + runtime.loop().inEventLoop()));
        node.callbacks().execute(() -> ran.add("two"));
        simulation.runFor(Duration.ofMillis(1));
        assertEquals(List.of("one false", "two"), ran);
        runtime.loop().run(() -> ran.add("inline " + runtime.loop().inEventLoop()));
        assertEquals("inline true", ran.get(2));
    }

    @Test
    void anotherThreadIsTurnedAway() throws InterruptedException {
        NodeRuntime runtime = simulation.node("a").runtime();
        FutureTask<Void> call = new FutureTask<>(() -> runtime.loop().execute(() -> {}), null);
        Thread stranger = new Thread(call);
        stranger.start();
        stranger.join(10_000);
        ExecutionException refused = assertThrows(ExecutionException.class, call::get);
        assertTrue(refused.getCause() instanceof IllegalStateException, "" + refused.getCause());
    }

    @Test
    void chanceIsTheSeeds() {
        long first = new Simulation(1).node("a").runtime().random().nextLong();
        assertEquals(first, new Simulation(1).node("a").runtime().random().nextLong());
        assertNotEquals(first, new Simulation(2).node("a").runtime().random().nextLong());
        assertNotEquals(first, new Simulation(1).node("b").runtime().random().nextLong());
    }
}
