package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final Simulation simulation = new Simulation(11);
    private final SimulatedNetwork network = simulation.network();
    private final SimulatedNode a = simulation.node("a");
    private final SimulatedNode b = simulation.node("b");
    private final NodeRuntime runtimeA = a.runtime();
    private NodeRuntime runtimeB = b.runtime();
    private List<Recorder> accepted = List.of();

    @BeforeEach
    void listen() {
        accepted = Recorder.listen(runtimeB, "0.0.0.0");
    }

    @AfterEach
    void nothingFailedOrLeaked() {
        assertEquals(List.of(), simulation.failures());
        assertEquals(0, network.liveBuffers());
    }

    private Recorder open() {
        Recorder dialler = Recorder.dial(simulation, runtimeA, "b");
        assertTrue(simulation.runUntil(
                () -> dialler.has("opened") && accepted.get(accepted.size() - 1).has("opened"), SOON));
        return dialler;
    }

    private Recorder server() {
        return accepted.get(accepted.size() - 1);
    }

    @Test
    void framesArriveInOrderAndTogetherAndBuffersAreReleased() {
        Recorder dialler = open();
        List<ByteBuf> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ByteBuf frame = Unpooled.copiedBuffer(new byte[] {'f', (byte) ('0' + i)});
            sent.add(frame);
            assertTrue(dialler.connection().send(Lane.BULK, frame));
        }
        assertEquals(6, dialler.connection().queuedBytes());
        simulation.runFor(SOON);
        assertEquals(List.of("opened"), server().heard, "nothing leaves before flush");
        dialler.connection().flush();
        assertEquals(0, dialler.connection().queuedBytes());
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "f0", "f1", "f2", "all"), server().heard);
        sent.forEach(frame -> assertEquals(0, frame.refCnt()));
        server().send("f3");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "f3", "all"), dialler.heard);
    }

    @Test
    void aRetainedFrameIsLiveUntilItIsReleased() {
        Recorder dialler = open();
        List<ByteBuf> kept = new ArrayList<>();
        server().onFrame = (connection, frame) -> kept.add(frame.retain());
        dialler.send("f0");
        simulation.runFor(SOON);
        assertEquals(1, network.liveBuffers());
        kept.get(0).release();
        assertEquals(0, network.liveBuffers());
    }

    @Test
    void closingIsToldToEachEndOnce() {
        Recorder dialler = open();
        dialler.send(Lane.BULK, "f0");
        dialler.connection().close("done");
        dialler.connection().close("done again");
        assertEquals(List.of("opened"), dialler.heard, "not from within the call");
        ByteBuf late = Recorder.zeros(1);
        assertFalse(dialler.connection().send(Lane.BULK, late));
        assertEquals(0, late.refCnt());
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed LOCAL"), dialler.heard);
        assertEquals(List.of("opened", "f0", "all", "closed REMOTE"), server().heard);
    }

    @Test
    void aMalformedFrameCostsItsConnectionOnly() {
        Recorder first = open();
        Recorder firstServer = server();
        Recorder second = open();
        firstServer.onFrame = (connection, frame) -> {
            throw new MalformedFrameException("not a frame");
        };
        first.send("f0");
        second.send("f1");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "f0", "closed PROTOCOL"), firstServer.heard);
        assertEquals(List.of("opened", "closed REMOTE"), first.heard);
        assertEquals(List.of("opened", "f1", "all"), server().heard);
    }

    @Test
    void dialsAreRefusedWhereNothingListensAndUnreachableWhereNoHostIs() {
        Recorder toA = Recorder.dial(simulation, runtimeB, "a");
        simulation.runFor(SOON);
        assertEquals(List.of("closed REFUSED"), toA.heard);
        network.refuseDials("b", true);
        Recorder toB = Recorder.dial(simulation, runtimeA, "b");
        simulation.runFor(SOON);
        assertEquals(List.of("closed REFUSED"), toB.heard);
        network.refuseDials("b", false);
        network.cut("b", "a");
        Recorder cut = Recorder.dial(simulation, runtimeA, "b");
        simulation.runFor(Duration.ofMillis(1900));
        assertEquals(List.of(), cut.heard);
        simulation.runFor(Duration.ofMillis(200));
        assertEquals(List.of("closed UNREACHABLE"), cut.heard);
        network.heal();
        assertTrue(open().has("opened"));
    }

    @Test
    void aCutSwallowsFramesAndLosesTheConnectionWhenItIsStrict() {
        network.connectionsSurviveLoss(0);
        Recorder dialler = open();
        network.partition(Set.of("a"), Set.of("b"));
        dialler.send("f0");
        simulation.runFor(Duration.ofSeconds(60));
        assertEquals(List.of("opened"), server().heard);
        assertEquals(List.of("opened"), dialler.heard, "the connection stays");
        network.heal();
        dialler.send("f1");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed REMOTE"), server().heard);
        assertEquals(List.of("opened", "closed REMOTE"), dialler.heard);
    }

    @Test
    void aConnectionThatLostNothingInACutGoesOn() {
        network.connectionsSurviveLoss(0);
        Recorder dialler = open();
        network.cut("a", "b");
        server().send("f0");
        simulation.runFor(SOON);
        assertTrue(dialler.has("f0"), "the other direction works");
        network.mend("a", "b");
        dialler.send("f1");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "f1", "all"), server().heard);
    }

    @Test
    void aConnectionMaySurviveALossWithAGap() {
        network.connectionsSurviveLoss(1);
        Recorder dialler = open();
        network.cut("a", "b");
        dialler.send("f0");
        simulation.runFor(SOON);
        network.mend("a", "b");
        dialler.send("f1");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "f1", "all"), server().heard);
    }

    @Test
    void anEndThatIsClosedInACutIsNoticedAfterIt() {
        Recorder dialler = open();
        network.isolate("a");
        dialler.connection().close("done");
        simulation.runFor(Duration.ofSeconds(5));
        assertEquals(List.of("opened"), server().heard);
        network.heal();
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed REMOTE"), server().heard);
    }

    @Test
    void lossDuplicationAndReorderingHappen() {
        network.connectionsSurviveLoss(1);
        Recorder dialler = open();
        network.setQuality("a", "b", LinkQuality.good().withLoss(0.2));
        sendSeries(dialler, 200);
        int arrived = server().frames().size();
        assertTrue(arrived > 100 && arrived < 200, "arrived " + arrived);
        assertEquals(sorted(server().frames()), server().frames(), "in order");

        server().heard.clear();
        network.setQuality("a", "b", LinkQuality.good().withDuplication(0.2));
        sendSeries(dialler, 200);
        assertTrue(server().frames().size() > 210);
        assertEquals(200, Set.copyOf(server().frames()).size());

        server().heard.clear();
        network.setQuality("a", "b", LinkQuality.good().withReordering(0.2));
        sendSeries(dialler, 200);
        assertEquals(200, server().frames().size());
        assertFalse(sorted(server().frames()).equals(server().frames()), "out of order");
        assertEquals(LinkQuality.good(), network.quality("b", "a"));
    }

    private void sendSeries(Recorder dialler, int frames) {
        for (int i = 0; i < frames; i++) {
            dialler.send("f" + (1000 + i));
            simulation.runFor(Duration.ofNanos(10_000));
        }
        simulation.runFor(SOON);
    }

    private static List<String> sorted(List<String> frames) {
        List<String> sorted = new ArrayList<>(frames);
        Collections.sort(sorted);
        return sorted;
    }

    @Test
    void aLossThatAConnectionDoesNotSurviveResetsBothEnds() {
        network.connectionsSurviveLoss(0);
        Recorder dialler = open();
        network.setQuality(LinkQuality.good().withLoss(1));
        dialler.send("f0");
        network.setQuality(LinkQuality.good());
        dialler.send("f1");
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed REMOTE"), dialler.heard);
        assertEquals(List.of("opened", "closed REMOTE"), server().heard);
    }

    @Test
    void urgentFramesOvertakeWhatWaitsForTheLine() {
        Recorder dialler = open();
        network.bandwidth(1_000_000);
        for (int i = 0; i < 5; i++) {
            dialler.connection().send(Lane.BULK, Recorder.zeros(100_000).setByte(0, 'x'));
        }
        dialler.connection().flush();
        dialler.send(Lane.URGENT, "f-urgent");
        dialler.connection().flush();
        assertEquals(400_008, dialler.connection().queuedBytes(), "one frame is on the line");
        long before = simulation.nowNanos();
        assertTrue(simulation.runUntil(() -> server().has("f-urgent"), Duration.ofSeconds(1)));
        assertEquals(
                2, server().heard.stream().filter(what -> what.startsWith("x")).count() + 1);
        assertEquals(0.1, (simulation.nowNanos() - before) / 1e9, 0.01);
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(
                5, server().heard.stream().filter(what -> what.startsWith("x")).count());
        assertTrue(dialler.has("writable"));
        network.bandwidth(0);
    }

    @Test
    void aReaderThatStopsHoldsTheSenderBack() {
        Recorder dialler = open();
        server().connection().setReading(false);
        int frame = 1024 * 1024;
        int taken = 0;
        while (dialler.connection().send(Lane.BULK, Recorder.zeros(frame))) {
            taken++;
            dialler.connection().flush();
            simulation.runFor(Duration.ofMillis(1));
        }
        assertEquals(65, taken, "64 in the queue and one under way");
        assertEquals(List.of("opened"), server().heard);
        server().connection().setReading(true);
        int expected = taken;
        assertTrue(simulation.runUntil(
                () -> server().heard.stream()
                                .filter(what -> what.length() == frame)
                                .count()
                        == expected,
                Duration.ofSeconds(1)));
        simulation.runFor(SOON);
        assertTrue(dialler.has("writable"));
    }

    @Test
    void illegalFramesAreRefused() {
        Recorder dialler = open();
        ByteBuf empty = Unpooled.buffer(1);
        assertThrows(IllegalArgumentException.class, () -> dialler.connection().send(Lane.BULK, empty));
        assertEquals(0, empty.refCnt());
        assertThrows(IllegalArgumentException.class, () -> dialler.connection()
                .send(Lane.BULK, Recorder.zeros(runtimeA.transport().maxFrameBytes() + 1)));
    }

    @Test
    void aKilledProcessIsNoticedAndRefused() {
        Recorder dialler = open();
        b.kill();
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed REMOTE"), dialler.heard);
        Recorder again = Recorder.dial(simulation, runtimeA, "b");
        simulation.runFor(SOON);
        assertEquals(List.of("closed REFUSED"), again.heard);
        assertEquals(List.of("opened"), server().heard, "the dead hear nothing");
    }

    @Test
    void aHostWithoutPowerIsSilentUntilItIsBack() {
        Recorder dialler = open();
        b.crash(CrashMode.ALL_LOST);
        dialler.send("f0");
        simulation.runFor(Duration.ofSeconds(30));
        assertEquals(List.of("opened"), dialler.heard);
        Recorder unreachable = Recorder.dial(simulation, runtimeA, "b");
        simulation.runFor(Duration.ofMillis(2100));
        assertEquals(List.of("closed UNREACHABLE"), unreachable.heard);
        runtimeB = b.runtime();
        simulation.runFor(Duration.ofMillis(2100));
        assertEquals(List.of("opened", "closed REMOTE"), dialler.heard);
        listen();
        assertTrue(open().has("opened"));
    }

    @Test
    void framesForAPausedProcessWaitAndArriveTogether() {
        Recorder dialler = open();
        b.pause(Duration.ofSeconds(1));
        dialler.send("f0");
        simulation.runFor(Duration.ofMillis(100));
        dialler.send("f1");
        Recorder whilePaused = Recorder.dial(simulation, runtimeA, "b");
        simulation.runFor(Duration.ofMillis(100));
        assertTrue(whilePaused.has("opened"), "the system of a stopped process accepts");
        assertEquals(1, accepted.size());
        Recorder first = server();
        assertEquals(List.of("opened"), first.heard);
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of("opened", "f0", "f1", "all"), first.heard);
        assertEquals(2, accepted.size());
    }

    @Test
    void anOrderlyEndTellsEveryone() {
        Recorder dialler = open();
        runtimeB.close();
        assertEquals(List.of("opened", "closed LOCAL"), server().heard);
        simulation.runFor(SOON);
        assertEquals(List.of("opened", "closed REMOTE"), dialler.heard);
        assertFalse(b.running());
    }

    @Test
    void namesStandForWhatTheyAreSetTo() {
        List<String> answers = new ArrayList<>();
        network.setName("shop", "b", "a");
        lookUp("shop", answers);
        lookUp("a", answers);
        lookUp("10.77.0.2", answers);
        lookUp("nowhere", answers);
        simulation.runFor(SOON);
        Collections.sort(answers);
        assertEquals(
                List.of(
                        "10.77.0.2 [b/10.77.0.2:7400]",
                        "a [a/10.77.0.1:7400]",
                        "nowhere [] unknown host nowhere",
                        "shop [b/10.77.0.2:7400, a/10.77.0.1:7400]"),
                answers);
        answers.clear();
        network.setName("shop", "a");
        network.failName("a", "SERVFAIL");
        lookUp("shop", answers);
        lookUp("a", answers);
        simulation.runFor(SOON);
        Collections.sort(answers);
        assertEquals(List.of("a [] SERVFAIL", "shop [a/10.77.0.1:7400]"), answers);
    }

    private void lookUp(String host, List<String> answers) {
        runtimeA.loop().run(() -> runtimeA.resolver()
                .resolve(
                        new Address(host, 7400),
                        (addresses, problem) -> answers.add((host + " " + addresses + " " + problem).trim())));
    }

    @Test
    void portsAreTakenOnceAndFreedByTheEnd() throws IOException {
        IOException taken = assertThrows(
                IOException.class, () -> runtimeB.transport().listen(new Address("b", 7400), remote -> null));
        assertTrue(taken.getMessage().contains("b:7400"), taken.getMessage());
        assertThrows(IOException.class, () -> runtimeB.transport().listen(new Address("a", 7401), remote -> null));
        try (var free = runtimeB.transport().listen(new Address("127.0.0.1", 0), remote -> new Recorder(runtimeB))) {
            assertTrue(free.address().getPort() > 0);
        }
        b.kill();
        runtimeB = b.runtime();
        listen();
        assertTrue(open().has("opened"));
    }
}
