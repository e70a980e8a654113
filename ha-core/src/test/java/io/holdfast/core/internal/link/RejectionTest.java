package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.Address;
import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.core.testing.LogCapture;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Links that do not come about, and what they may not disturb. */
class RejectionTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static LogCapture log() {
        return LogCapture.of(RejectionLog.class.getName());
    }

    /** Dials once, and checks what the dialler's listener and both logs say. */
    private static void rejected(LinkFixture f, String expected, RejectCode code, String... named) {
        try (LogCapture log = log()) {
            f.dial(expected);
            f.world.settle();
            assertEquals(1, f.dialled.events.size(), f.dialled.events.toString());
            assertTrue(f.dialled.last().startsWith("failed PROTOCOL " + code), f.dialled.last());
            assertEquals(List.of(), f.accepted.events);
            // A node that starts does not serve everything yet: nobody needs to get up for that.
            Level level = code == RejectCode.PROTOCOL_NOT_SERVED ? Level.INFO : Level.WARN;
            List<String> lines = log.messages(level);
            assertEquals(2, lines.size(), "one line at each end: " + lines);
            for (String part : named) {
                assertTrue(lines.get(0).contains(part) && lines.get(1).contains(part), part + " in " + lines);
            }
        }
    }

    @Test
    void otherClusterName() {
        rejected(
                new LinkFixture("stock").serving(),
                "node-2",
                RejectCode.OTHER_CLUSTER_NAME,
                "shop",
                "stock",
                "node-1",
                "node-2");
    }

    @Test
    void otherClusterId() {
        LinkFixture f = new LinkFixture().serving();
        f.links1.identify(LinkFixture.ONE, LinkFixture.ONE);
        f.links2.identify(LinkFixture.TWO, LinkFixture.TWO);
        rejected(
                f,
                "node-2",
                RejectCode.OTHER_CLUSTER_ID,
                LinkFixture.ONE.toString(),
                LinkFixture.TWO.toString(),
                "node-1",
                "node-2");
    }

    @Test
    void notTheExpectedNode() {
        rejected(new LinkFixture().serving(), "node-3", RejectCode.NOT_THE_EXPECTED_NODE, "node-1", "node-2", "node-3");
    }

    @Test
    void protocolNotServed() {
        rejected(
                new LinkFixture().listening(),
                "node-2",
                RejectCode.PROTOCOL_NOT_SERVED,
                "node-1",
                "node-2",
                "protocol 7");
    }

    @Test
    void refusedByTheFeature() {
        LinkFixture f = new LinkFixture();
        f.links2.accept(LinkFixture.PROTOCOL, peer -> {
            throw new RefusedException(peer.nodeId() + " is no voter");
        });
        rejected(f.listening(), "node-2", RejectCode.REFUSED, "node-1 is no voter", "node-2");
    }

    @Test
    void theSameDiskUnderTwoNames() {
        LinkFixture f = new LinkFixture().serving();
        f.links1.identify(LinkFixture.ONE, LinkFixture.TWO);
        f.links2.identify(LinkFixture.ONE, LinkFixture.TWO);
        rejected(f, "node-2", RejectCode.DUPLICATE_IDENTITY, "node-1", "node-2", LinkFixture.TWO.toString());
    }

    @Test
    void aNodeDoesNotLinkToItselfWhomeverItLooksFor() {
        for (String expected : new String[] {null, "node-3"}) {
            LinkFixture f = new LinkFixture();
            f.links1.accept(LinkFixture.PROTOCOL, peer -> f.accepted);
            LinkFixture.listen(f.runtime1, f.links1, "host-1:7400");
            f.dial(expected, "host-1:7400");
            f.runFor(SECOND);
            assertEquals(0, f.dialled.count("up"));
            assertTrue(f.dialled.last().contains("DUPLICATE_IDENTITY"), f.dialled.last());
            assertEquals(List.of(), f.accepted.events);
        }
    }

    @Test
    void noCommonVersionIsToldToTheDialler() {
        LinkFixture f = new LinkFixture().serving();
        LinkFixture.Raw raw = f.new Raw("raw").connected();
        raw.send(HandshakeCodec.encode(new Hello(2, 3, 7, true, "shop", Identity.NONE, "node-9", Identity.NONE, "")));
        Reject reject = (Reject) HandshakeCodec.decode(Unpooled.wrappedBuffer(raw.received.get(0)));
        assertEquals(RejectCode.NO_COMMON_VERSION, reject.code());
        assertEquals("REMOTE", raw.closed);
    }

    @Test
    void anAcceptorThatIsNotWhoItShouldBeIsLeft() {
        LinkFixture f = new LinkFixture().listening();
        try (LogCapture log = log()) {
            f.world.name("liar", f.world.address("liar", 1));
            answerWith(f, new Handshake.Welcome(1, Identity.NONE, "node-7", Identity.NONE, true));
            f.dial("node-2", "liar:1");
            f.world.settle();
            assertTrue(f.dialled.last().startsWith("failed PROTOCOL NOT_THE_EXPECTED_NODE"), f.dialled.last());
            assertEquals(1, log.messages(Level.WARN).size());
        }
    }

    @Test
    void aHelloInAnswerToAHelloIsMalformed() {
        LinkFixture f = new LinkFixture();
        answerWith(f, new Hello(1, 1, 7, true, "shop", Identity.NONE, "node-2", Identity.NONE, ""));
        f.dial("node-2", "liar:1");
        f.world.settle();
        assertTrue(f.dialled.last().startsWith("failed PROTOCOL"), f.dialled.last());
    }

    /** A node at liar:1 that answers whatever it hears with the same frame. */
    private static void answerWith(LinkFixture f, Handshake answer) {
        var runtime = f.world.runtime("liar");
        try {
            runtime.listen(Address.parse("liar:1"), remote -> new Answering(answer));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void rejectedLinksAreTriedAgainAfterAQuarterOfASecondToFiveSeconds() {
        LinkFixture f = new LinkFixture("stock").serving();
        try (LogCapture log = log()) {
            f.dial("node-2");
            f.runFor(Duration.ofSeconds(60));
            List<Long> pauses = f.pausesMillis();
            long middle = 250;
            for (long pause : pauses) {
                assertTrue(pause >= middle / 2 - 1 && pause <= middle + middle / 2 + 1, pause + " in " + pauses);
                middle = Math.min(2 * middle, 5000);
            }
            assertTrue(pauses.size() > 10, pauses.toString());
            int lines = log.messages(Level.WARN).size();
            assertTrue(lines >= 6 && lines <= 2 * 7, lines + " lines at both ends in 60 s, each at most once in 10 s");
        }
    }

    @Test
    void noHelloWithinFiveSecondsEndsTheConnection() {
        LinkFixture f = new LinkFixture().serving();
        LinkFixture.Raw raw = f.new Raw("raw").connected();
        f.runFor(Duration.ofMillis(4_999));
        assertNull(raw.closed);
        f.runFor(Duration.ofMillis(2));
        assertEquals("REMOTE", raw.closed);
    }

    @Test
    void noAnswerToTheHelloWithinFiveSecondsIsAFailedDial() {
        LinkFixture f = new LinkFixture();
        LinkFixture.listen(f.runtime2, f.links2, "host-2:7400"); // never begins
        f.dial("node-2");
        f.runFor(Duration.ofMillis(4_990));
        assertEquals(List.of(), f.dialled.events);
        f.runFor(Duration.ofMillis(20));
        assertTrue(f.dialled.last().startsWith("failed UNREACHABLE"), f.dialled.last());
    }

    @Test
    void rubbishClosesItsConnectionAndNothingElse() {
        LinkFixture f = new LinkFixture().serving();
        f.dial("node-2");
        f.world.settle();
        SplittableRandom random = new SplittableRandom(11);
        byte[] hello = ByteBufUtil.getBytes(HandshakeCodec.encode(
                new Hello(1, 1, 7, true, "shop", Identity.NONE, "node-9", Identity.NONE, "node-2")));
        for (int i = 0; i < 500; i++) {
            byte[] bytes = hello.clone();
            if (i % 2 == 0) {
                bytes = new byte[1 + random.nextInt(300)];
                random.nextBytes(bytes);
            } else {
                bytes[random.nextInt(4)]++;
            }
            LinkFixture.Raw raw = f.new Raw("raw").connected();
            raw.send(bytes);
            assertEquals("REMOTE", raw.closed, ByteBufUtil.hexDump(bytes));
            assertEquals(0, raw.received.size());
        }
        assertEquals(List.of("up node-2"), f.dialled.events);
        assertTrue(f.dialled.send("still here"));
        f.world.settle();
        assertEquals(List.of("up node-1", "received still here", "all"), f.accepted.events);
        assertEquals(1, f.links2.upCount());
    }

    @Test
    void aFloodOfConnectionsThatSayNothingIsBounded() {
        LinkFixture f = new LinkFixture().serving();
        List<LinkFixture.Raw> flood = new ArrayList<>();
        for (int i = 0; i < NodeLinks.MOST_HANDSHAKES + 10; i++) {
            flood.add(f.new Raw("raw").connected());
        }
        assertEquals(10, flood.stream().filter(r -> r.closed != null).count());
        assertTrue(flood.subList(0, 10).stream().allMatch(r -> r.closed != null), "the slowest had to make room");
        f.dial("node-2");
        f.world.settle();
        assertEquals("up node-2", f.dialled.last(), "whoever says hello at once does not wait for the silent ones");
        f.runFor(Duration.ofSeconds(6));
        assertTrue(flood.stream().allMatch(r -> r.closed != null), "silent for too long");
    }

    @Test
    void whatTheDiallerSendsBehindItsHelloArrives() {
        LinkFixture f = new LinkFixture().serving();
        LinkFixture.Raw raw = f.new Raw("raw").connected();
        raw.send(HandshakeCodec.encode(new Hello(1, 1, 7, true, "shop", Identity.NONE, "node-9", Identity.NONE, "")));
        assertArrayEquals(new byte[] {'H', 'F', 'W', '1', 1}, Arrays.copyOf(raw.received.get(0), 5));
        raw.send("first".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("up node-9", "received first", "all"), f.accepted.events);
    }
}
