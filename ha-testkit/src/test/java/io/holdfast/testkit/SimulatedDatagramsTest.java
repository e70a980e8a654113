package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.NodeRuntime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulatedDatagramsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Simulation simulation = new Simulation(7);
    private final Ear a = new Ear(simulation.node("a"));
    private final Ear b = new Ear(simulation.node("b"));

    /** A process with a socket at port 7400. */
    private static final class Ear implements Datagrams.Handler {
        final List<String> heard = new ArrayList<>();
        final NodeRuntime runtime;
        final Datagrams.Socket socket;
        Consumer<InetSocketAddress> answer = from -> {};

        Ear(SimulatedNode node) {
            runtime = node.runtime();
            try {
                socket = runtime.datagrams().bind(new Address(node.id(), 7400), this);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        @Override
        public void received(InetSocketAddress from, ByteBuf payload) {
            assertTrue(runtime.loop().inEventLoop());
            heard.add(payload.toString(StandardCharsets.UTF_8));
            answer.accept(from);
        }

        void say(Ear to, String what) {
            runtime.loop()
                    .run(() -> assertTrue(
                            socket.send(to.socket.address(), Unpooled.copiedBuffer(what, StandardCharsets.UTF_8))));
        }

        void say(Ear to, int times) {
            IntStream.range(0, times).forEach(i -> say(to, "" + i));
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "" + i).toList();
    }

    private void connectionWorks() {
        List<Recorder> accepted = Recorder.listen(b.runtime, "b");
        Recorder dialled = Recorder.dial(simulation, a.runtime, "b");
        assertTrue(simulation.runUntil(() -> dialled.has("opened"), SECOND));
        dialled.send("frame");
        assertTrue(simulation.runUntil(() -> accepted.get(0).has("frame"), SECOND));
    }

    @Test
    void aDatagramArrivesAndBearsTheSendersAddress() {
        b.answer = from -> b.socket.send(from, Unpooled.copiedBuffer("and you", StandardCharsets.UTF_8));
        a.say(b, "hello");
        assertEquals(List.of(), b.heard, "nothing arrives within the call");
        simulation.runFor(SECOND);
        assertEquals(List.of("hello"), b.heard);
        assertEquals(List.of("and you"), a.heard);
        assertEquals(2, simulation.network().datagramsSent());
        assertEquals("hello".length() + "and you".length(), simulation.network().datagramBytesSent());
    }

    @Test
    void eachGoesItsOwnWay() {
        a.say(b, 100);
        simulation.runFor(SECOND);
        assertEquals(100, b.heard.size());
        assertNotEquals(numbers(100), b.heard);
        assertEquals(
                numbers(100),
                b.heard.stream()
                        .sorted((x, y) -> Integer.parseInt(x) - Integer.parseInt(y))
                        .toList());
    }

    @Test
    void someAreLostAndSomeComeTwice() {
        simulation.network().setQuality(LinkQuality.good().withLoss(0.3));
        a.say(b, 1_000);
        simulation.runFor(SECOND);
        assertTrue(b.heard.size() > 600 && b.heard.size() < 800, "" + b.heard.size());
        b.heard.clear();
        simulation.network().setQuality(LinkQuality.good().withDuplication(0.3));
        a.say(b, 1_000);
        simulation.runFor(SECOND);
        assertTrue(b.heard.size() > 1_200 && b.heard.size() < 1_400, "" + b.heard.size());
    }

    @Test
    void datagramsAloneAreLostOnWish() {
        simulation.network().loseDatagrams(1);
        a.say(b, 10);
        connectionWorks();
        assertEquals(List.of(), b.heard);
        simulation.network().heal();
        a.say(b, 1);
        simulation.runFor(SECOND);
        assertEquals(1, b.heard.size());
    }

    @Test
    void aCutStopsOneDirection() {
        simulation.network().cut("a", "b");
        a.say(b, "lost");
        b.say(a, "heard");
        simulation.runFor(SECOND);
        assertEquals(List.of(), b.heard);
        assertEquals(List.of("heard"), a.heard);
        simulation.network().mend("a", "b");
        simulation.runFor(SECOND);
        assertEquals(List.of(), b.heard, "nobody sends it again");
    }

    @Test
    void whereDatagramsAreBlockedConnectionsWork() {
        simulation.network().blockDatagrams("a", "b");
        assertTrue(simulation.network().blocksDatagrams("a", "b"));
        a.say(b, "lost");
        b.say(a, "heard");
        connectionWorks();
        assertEquals(List.of(), b.heard);
        assertEquals(List.of("heard"), a.heard);
        simulation.network().allowDatagrams("a", "b");
        a.say(b, "now");
        simulation.runFor(SECOND);
        assertEquals(List.of("now"), b.heard);
    }

    @Test
    void aPausedProcessFindsWhatFitIntoTheBuffer() {
        simulation.node("b").pause(Duration.ofSeconds(5));
        a.say(b, 1_000);
        simulation.runFor(SECOND);
        assertEquals(List.of(), b.heard);
        simulation.runFor(Duration.ofSeconds(5));
        int fit = SimulatedSocket.BUFFER_BYTES / (768 + 3);
        assertTrue(b.heard.size() >= fit && b.heard.size() <= fit + 5, b.heard.size() + " of " + fit);
        assertEquals(1_000 - b.heard.size(), simulation.network().datagramsOverflowed());
        a.say(b, "later");
        simulation.runFor(SECOND);
        assertTrue(b.heard.contains("later"), "there is room again");
    }

    @Test
    void aDeadProcessHearsNothingAndItsSuccessorDoes() {
        a.say(b, "to the dead");
        simulation.node("b").kill();
        simulation.runFor(SECOND);
        simulation.node("b").crash(CrashMode.ALL_KEPT);
        a.say(b, "to no power");
        simulation.runFor(SECOND);
        assertEquals(List.of(), b.heard);
        Ear successor = new Ear(simulation.node("b"));
        a.say(successor, "welcome");
        simulation.runFor(SECOND);
        assertEquals(List.of("welcome"), successor.heard);
        assertEquals(0, simulation.network().liveBuffers());
    }

    @Test
    void aClosedSocketSendsAndHearsNothing() {
        a.say(b, "late");
        b.socket.close();
        simulation.runFor(SECOND);
        assertEquals(List.of(), b.heard);
        b.runtime
                .loop()
                .run(() -> assertFalse(
                        b.socket.send(a.socket.address(), Unpooled.buffer().writeByte(1))));
    }

    @Test
    void whatCannotBeBoundOrSentSaysSo() {
        Address address = new Address("b", 7400);
        assertThrows(IOException.class, () -> b.runtime.datagrams().bind(address, b), "taken");
        assertThrows(IOException.class, () -> b.runtime.datagrams().bind(new Address("a", 7400), b), "not its own");
        simulation.network().refuseDatagrams("b", true);
        assertThrows(IOException.class, () -> b.runtime.datagrams().bind(new Address("b", 0), b));
        simulation.network().refuseDatagrams("b", false);
        b.socket.close();
        ByteBuf large = Unpooled.buffer().writeZero(1_401);
        a.runtime
                .loop()
                .run(() ->
                        assertThrows(IllegalArgumentException.class, () -> a.socket.send(b.socket.address(), large)));
        assertEquals(0, large.refCnt());
        new Ear(simulation.node("c"));
    }

    @Test
    void aThinLineDropsWhatWouldWaitTooLong() {
        simulation.network().bandwidth(10_000);
        a.say(b, "x".repeat(1_000));
        for (int i = 0; i < 9; i++) {
            a.say(b, "y".repeat(1_000));
        }
        simulation.runFor(Duration.ofSeconds(5));
        assertEquals(3, b.heard.size(), "each takes 100 ms of the line");
    }

    @Test
    void oneSeedGivesOneRun() {
        assertEquals(run(1), run(1));
        assertNotEquals(run(1), run(2));
    }

    private static String run(long seed) {
        Simulation one = new Simulation(seed);
        one.network()
                .setQuality(
                        LinkQuality.good().withLoss(0.2).withDuplication(0.2).withReordering(0.2));
        Ear x = new Ear(one.node("x"));
        Ear y = new Ear(one.node("y"));
        x.say(y, 50);
        one.runFor(SECOND);
        return one.traceHash() + " " + y.heard;
    }

    @Test
    void datagramsShiftNothingElse() {
        assertEquals(timesOfFrames(false), timesOfFrames(true));
    }

    private static List<Long> timesOfFrames(boolean chatter) {
        Simulation one = new Simulation(5);
        one.network().setQuality(LinkQuality.good().withLoss(0.1));
        Ear x = new Ear(one.node("x"));
        Ear y = new Ear(one.node("y"));
        List<Recorder> accepted = Recorder.listen(y.runtime, "y");
        Recorder dialled = Recorder.dial(one, x.runtime, "y");
        one.runFor(Duration.ofSeconds(5));
        for (int i = 0; i < 20; i++) {
            if (chatter) {
                x.say(y, 10);
            }
            if (!dialled.has("closed REMOTE")) {
                dialled.send("f" + i);
            }
            one.runFor(Duration.ofMillis(10));
        }
        return accepted.get(0).times;
    }
}
