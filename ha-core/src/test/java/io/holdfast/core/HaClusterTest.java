package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** A node's life where its loop is the test's own thread, as in the simulator: nothing waits, everything is exact. */
class HaClusterTest {
    private final MemoryWorld world = new MemoryWorld();
    private final MemoryRuntime runtime = world.runtime("host-1");
    private final List<String> events = new ArrayList<>();
    private final FakeFeature one = new FakeFeature("one", events);
    private final FakeFeature two = new FakeFeature("two", events);

    private HaCluster build() {
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(one)
                .with(two)
                .runtime(runtime)
                .build();
        events.clear();
        return cluster;
    }

    private HaCluster started() {
        HaCluster cluster = build();
        cluster.start();
        events.clear();
        return cluster;
    }

    @Test
    void startsInOrderAndStopsInReverse() {
        HaCluster cluster = build();
        cluster.start();
        assertEquals(
                List.of(
                        "create one",
                        "create two",
                        "open one",
                        "open two",
                        "start one at port 40000",
                        "start two at port 40000"),
                events);
        assertTrue(cluster.isReady());
        events.clear();
        cluster.close();
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), events);
        assertEquals(List.of(), runtime.leftBehind());
        assertFalse(cluster.isReady());
        assertEquals(Optional.empty(), cluster.failure());
    }

    @Test
    void theBoundPortTakesThePlaceOfPortZero() {
        HaCluster cluster = started();
        assertEquals("127.0.0.1:40000", cluster.node().bindAddress().toString());
        assertEquals("127.0.0.1:40000", cluster.node().advertisedAddress().toString());
        assertSame(cluster.node(), one.context().node());
        MemoryRuntime other = world.runtime("host-2");
        HaCluster mapped = HaCluster.builder("shop")
                .node(Node.of("node-2")
                        .bind("0.0.0.0:0")
                        .advertise("10.0.0.2:7777")
                        .zone("b"))
                .runtime(other)
                .start();
        assertEquals("0.0.0.0:40000", mapped.node().bindAddress().toString());
        assertEquals("10.0.0.2:7777", mapped.node().advertisedAddress().toString());
        assertEquals("b", mapped.node().zone());
    }

    @Test
    void aClientBindsNothing() {
        HaCluster client = HaCluster.builder("shop")
                .node(Node.client("c-1"))
                .runtime(runtime)
                .start();
        assertEquals(List.of(), world.listening());
        assertTrue(client.isReady());
        client.stop();
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void itStartsOnce() {
        HaCluster cluster = started();
        String again = String.valueOf(
                assertThrows(IllegalStateException.class, cluster::start).getMessage());
        assertTrue(again.contains("node-1 of cluster shop") && again.contains("RUNNING"), again);
        cluster.stop();
        assertThrows(IllegalStateException.class, cluster::start);
    }

    @Test
    void oneThatNeverStartedCanBeClosed() {
        HaCluster cluster = build();
        cluster.close();
        cluster.close();
        assertEquals(List.of(), runtime.leftBehind());
        assertEquals(List.of(), events);
        assertThrows(IllegalStateException.class, cluster::start);
        assertTrue(cluster.stopAsync().isDone());
    }

    @Test
    void aFailedOpenUndoesWhatWasOpened() {
        two.onOpen = () -> {
            throw new IllegalArgumentException("the disk is full");
        };
        HaCluster cluster = build();
        StartFailedException failed = assertThrows(StartFailedException.class, cluster::start);
        assertTrue(
                String.valueOf(failed.getMessage()).contains("node-1 of cluster shop did not start"),
                failed.toString());
        assertTrue(String.valueOf(failed.getMessage()).contains("the disk is full"), failed.toString());
        assertEquals("the disk is full", failed.getCause().getMessage());
        assertEquals(
                List.of(
                        "create one",
                        "create two",
                        "open one",
                        "open two",
                        "stop two",
                        "stop one",
                        "close two",
                        "close one"),
                events);
        assertEquals(List.of(), runtime.leftBehind());
        assertSame(failed.getCause(), cluster.failure().orElseThrow());
    }

    @Test
    void whatWasNotOpenedIsClosedButNotStopped() {
        one.onOpen = () -> {
            throw new AssertionError("broken");
        };
        HaCluster cluster = build();
        assertThrows(StartFailedException.class, cluster::start);
        assertEquals(List.of("create one", "create two", "open one", "stop one", "close two", "close one"), events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void whatWasMadeIsClosedIfTheNextCannotBeMade() {
        two.onCreate = () -> {
            throw new IllegalStateException("no thread to be had");
        };
        HaCluster cluster = build();
        assertThrows(StartFailedException.class, cluster::start);
        assertEquals(List.of("create one", "create two", "close one"), events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void anAddressInUseIsAFailedStart() {
        runtime.refuseToListen();
        HaCluster cluster = build();
        StartFailedException failed = assertThrows(StartFailedException.class, cluster::start);
        assertTrue(String.valueOf(failed.getMessage()).endsWith("cannot bind 127.0.0.1:0: address already in use"));
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), events.subList(4, 8));
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void aFeatureThatThrowsAtItsStartIsAFailedStart() {
        one.onStart = () -> {
            throw new IllegalStateException("no");
        };
        HaCluster cluster = build();
        assertThrows(StartFailedException.class, cluster::start);
        assertEquals(List.of(), runtime.leftBehind());
        assertTrue(events.contains("stop two"), "it was opened: " + events);
    }

    @Test
    void aFailureReportedDuringTheStartIsAFailedStart() {
        one.onOpen = () -> one.context().fail(new IllegalStateException("bad disk"));
        HaCluster cluster = build();
        StartFailedException failed = assertThrows(StartFailedException.class, cluster::start);
        assertEquals("bad disk", failed.getCause().getMessage());
        assertFalse(events.contains("open two"), events.toString());
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void stoppedWhileItStarts() {
        HaCluster cluster = build();
        one.onOpen = cluster::stop;
        StartFailedException failed = assertThrows(StartFailedException.class, cluster::start);
        assertTrue(String.valueOf(failed.getMessage()).contains("stop() was called"), failed.toString());
        assertEquals(Optional.empty(), cluster.failure());
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void theStopIsBoundedWhenAFeatureNeverAnswers() {
        two.answersStop = false;
        HaCluster cluster = started();
        CompletableFuture<Void> stopped = cluster.stopAsync();
        cluster.stop(); // does not wait for what only this thread can bring about
        assertFalse(stopped.isDone());
        assertEquals(List.of("stop two"), events);
        world.runFor(Duration.ofMillis(4_999));
        assertEquals(List.of("stop two"), events);
        world.runFor(Duration.ofMillis(2));
        assertEquals(
                List.of("stop two", "stop one", "close two", "close one"), events, "each has its share of the time");
        assertTrue(stopped.isDone());
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void aLateAnswerStopsNothingTwice() {
        one.answersStop = false;
        two.answersStop = false;
        HaCluster cluster = started();
        CompletableFuture<Void> stopped = cluster.stopAsync();
        world.runFor(Duration.ofSeconds(6));
        Runnable late = two.part.stopped;
        late.run();
        assertFalse(stopped.isDone(), "one has not answered");
        Runnable answer = one.part.stopped;
        answer.run();
        assertTrue(stopped.isDone());
        answer.run();
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), events);
    }

    @Test
    void whatThrowsWhileItStopsDoesNotKeepTheOthersFromIt() {
        two.throwsAtStop = true;
        two.onClose = () -> {
            throw new IllegalStateException("cannot close");
        };
        HaCluster cluster = started();
        cluster.stop();
        assertEquals(List.of("stop two", "stop one", "close two", "close one"), events);
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void aReportedFailureStopsTheNodeAfterTheCurrentTask() {
        try (LogCapture log = LogCapture.of(ClusterRun.class.getName())) {
            HaCluster cluster = started();
            Throwable cause = new IllegalStateException("fsync failed on /data/1.seg");
            one.context().fail(cause);
            one.context().fail(new IllegalStateException("and another"));
            assertEquals(List.of(), events, "not from within the feature");
            world.settle();
            assertEquals(List.of("stop two", "stop one", "close two", "close one"), events);
            assertSame(cause, cluster.failure().orElseThrow());
            assertEquals(List.of(), runtime.leftBehind());
            List<String> errors = log.messages(Level.ERROR);
            assertEquals(1, errors.size(), errors.toString());
            assertTrue(errors.get(0).contains("node-1 of cluster shop"), errors.toString());
            assertTrue(errors.get(0).contains("feature one"), errors.toString());
            assertTrue(errors.get(0).contains("fsync failed on /data/1.seg"), errors.toString());
            cluster.stop();
        }
    }

    @Test
    void afterTheLoopHasThrownFeaturesAreOnlyClosed() {
        HaCluster cluster = started();
        runtime.execute(() -> {
            throw new IllegalStateException("broken invariant");
        });
        world.settle();
        assertEquals(List.of("close two", "close one"), events);
        assertEquals("broken invariant", cluster.failure().orElseThrow().getMessage());
        assertEquals(List.of(), runtime.leftBehind());
    }

    @Test
    void awaitReadyGivesEachFeaturesReason() {
        one.readyAtStart = false;
        two.readyAtStart = false;
        HaCluster cluster = build();
        String early = String.valueOf(
                assertThrows(IllegalStateException.class, () -> cluster.awaitReady(Duration.ofSeconds(1)))
                        .getMessage());
        assertTrue(early.contains("start()"), early);
        cluster.start();
        one.context().ready(false, "no master is known yet");
        String reasons = notReady(cluster);
        assertTrue(reasons.contains("node-1 of cluster shop"), reasons);
        assertTrue(reasons.contains("one: no master is known yet"), reasons);
        assertTrue(reasons.contains("two: has not said yet that it is ready"), reasons);
        one.context().ready(true, "");
        assertFalse(notReady(cluster).contains("one:"));
        two.context().ready(true, "");
        cluster.awaitReady(Duration.ZERO);
        one.context().ready(false, "");
        assertTrue(notReady(cluster).contains("gave no reason"));
        one.context().fail(new IllegalStateException("bad disk"));
        world.settle();
        NotAvailableException failed =
                assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ofSeconds(1)));
        assertEquals("bad disk", failed.getCause().getMessage());
    }

    private static String notReady(HaCluster cluster) {
        return String.valueOf(assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ofSeconds(1)))
                .getMessage());
    }

    @Test
    void aFeatureIsFoundByWhatItProvides() {
        HaCluster alone = HaCluster.singleNode().with(one).runtime(runtime).build();
        assertThrows(IllegalStateException.class, () -> alone.feature(FakeFeature.Greeter.class));
        alone.start();
        assertEquals("hello from one", alone.feature(FakeFeature.Greeter.class).greet());
        String none = String.valueOf(assertThrows(IllegalStateException.class, () -> alone.feature(Protocol.class))
                .getMessage());
        assertTrue(none.contains("Protocol") && none.contains(".with(") && none.contains("[one]"), none);
        assertTrue(one.context().standalone());
        HaCluster both = HaCluster.builder("shop")
                .node(Node.of("node-2"))
                .with(one)
                .with(two)
                .runtime(world.runtime("host-2"))
                .start();
        String many = String.valueOf(assertThrows(IllegalStateException.class, () -> both.feature(RunningFeature.class))
                .getMessage());
        assertTrue(many.contains("[one, two]"), many);
    }

    @Test
    void callbacksThatThrowHarmNobody() {
        HaCluster cluster = started();
        List<String> ran = new ArrayList<>();
        one.context().callbacks().execute(() -> {
            throw new IllegalStateException("the user's mistake");
        });
        one.context().callbacks().execute(() -> ran.add("next"));
        world.settle();
        assertEquals(List.of("next"), ran);
        assertTrue(cluster.isReady());
    }

    @Test
    void theUsersExecutorIsUsedAndWhatItRefusesStillRuns() {
        List<Runnable> queue = new ArrayList<>();
        boolean[] refuse = {false};
        HaCluster cluster = HaCluster.singleNode()
                .with(one)
                .runtime(runtime)
                .executor(task -> {
                    if (refuse[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    queue.add(task);
                })
                .start();
        List<String> ran = new ArrayList<>();
        one.context().callbacks().execute(() -> ran.add("first"));
        world.settle();
        assertEquals(List.of(), ran);
        queue.get(0).run();
        refuse[0] = true;
        one.context().callbacks().execute(() -> ran.add("second"));
        world.settle();
        assertEquals(List.of("first", "second"), ran);
        cluster.stop();
    }

    @Test
    void metersGoToTheUsersRegistryAndLeaveItWithTheNode() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        HaCluster cluster = HaCluster.singleNode()
                .with(one)
                .runtime(runtime)
                .meterRegistry(registry)
                .start();
        assertSame(registry, one.context().meters());
        assertEquals(
                0.0,
                registry.get("holdfast.links.up").tag("node", "node-1").gauge().value());
        cluster.stop();
        assertNull(registry.find("holdfast.links.up").gauge());
    }

    @Test
    void twoNodesFindEachOtherThroughTheirFeatures() {
        Protocol protocol = new Protocol(9, "greeting");
        List<String> heard = new ArrayList<>();
        one.onStart = () -> one.context().links().accept(protocol, peer -> {
            heard.add(peer.nodeId());
            return new SilentListener();
        });
        started();
        two.onStart = () ->
                two.context().links().dial(protocol, "node-1", Address.parse("host-1:40000"), new SilentListener());
        HaCluster.builder("shop")
                .node(Node.of("node-2"))
                .with(two)
                .runtime(world.runtime("host-2"))
                .start();
        world.settle();
        assertEquals(List.of("node-2"), heard);
    }
}
