package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two nodes in memory. */
class NodeLinksTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aLinkComesUpAtBothEndsAndCarriesFramesBothWays() {
        LinkFixture f = new LinkFixture();
        f.links1.identify(LinkFixture.ONE, LinkFixture.ONE);
        f.links2.identify(LinkFixture.ONE, LinkFixture.TWO);
        f.serving();
        Dialer dialer = f.dial("node-2");
        assertNull(dialer.current());
        f.world.settle();
        assertEquals(List.of("up node-2"), f.dialled.events);
        assertEquals(List.of("up node-1"), f.accepted.events);
        assertEquals(new Peer("node-2", true, LinkFixture.TWO), dialer.current().peer());
        assertEquals(f.dialled.link, dialer.current());
        assertTrue(f.dialled.send("a"));
        assertTrue(f.dialled.send("b"));
        assertTrue(f.accepted.send("c"));
        f.world.settle();
        assertEquals(List.of("up node-1", "received a", "received b", "all"), f.accepted.events);
        assertEquals(List.of("up node-2", "received c", "all"), f.dialled.events);
        assertEquals(1, f.links1.upCount());
        assertEquals(1, f.links2.upCount());
    }

    @Test
    void whatATurnSendsLeavesWithOneFlushALinkAndOneTask() {
        LinkFixture f = new LinkFixture().serving();
        f.dial("node-2");
        Recorder second = new Recorder();
        f.links1.dial(LinkFixture.PROTOCOL, "node-2", Address.parse("host-2:7400"), second);
        f.world.settle();
        int flushes = f.runtime1.flushes();
        int tasks = f.runtime1.executed();
        for (int i = 0; i < 100; i++) {
            f.dialled.send("x");
            second.send("y");
        }
        assertEquals(flushes, f.runtime1.flushes(), "nothing leaves before the turn ends");
        f.world.settle();
        assertEquals(flushes + 2, f.runtime1.flushes());
        assertEquals(tasks + 1, f.runtime1.executed());
        assertEquals(200, f.accepted.count("received"));
        f.dialled.send("z");
        f.world.settle();
        assertEquals(flushes + 3, f.runtime1.flushes());
    }

    @Test
    void aListenerMaySendAgainWhenItsQueueHasDrained() {
        LinkFixture f = new LinkFixture().serving();
        f.dial(null);
        f.world.settle();
        f.dialled.send("x".repeat(100_000));
        f.world.settle();
        assertEquals("writable", f.dialled.last());
        f.dialled.send("more");
        f.world.settle();
        assertTrue(f.accepted.events.contains("received more"));
    }

    @Test
    void whoArrivesBeforeTheFeaturesHaveBegunWaits() {
        LinkFixture f = new LinkFixture();
        LinkFixture.listen(f.runtime2, f.links2, "host-2:7400");
        f.dial("node-2");
        f.runFor(SECOND);
        assertEquals(List.of(), f.dialled.events, "neither rejected nor up");
        f.links2.accept(LinkFixture.PROTOCOL, peer -> f.accepted);
        f.links2.begin();
        f.world.settle();
        assertEquals(List.of("up node-2"), f.dialled.events);
    }

    @Test
    void identifyEndsEveryLinkAndMakesTheOutboundOnesAgain() {
        LinkFixture f = new LinkFixture().serving();
        List<Peer> peers = new ArrayList<>();
        f.links2.accept(new Protocol(8, "other"), peer -> {
            peers.add(peer);
            return new Recorder();
        });
        f.links1.dial(new Protocol(8, "other"), "node-2", Address.parse("host-2:7400"), new Recorder());
        f.dial("node-2");
        f.world.settle();
        f.dialled.send("last word");
        f.links1.identify(LinkFixture.ONE, LinkFixture.TWO);
        assertEquals(1, f.dialled.events.size(), "nobody is told from within the call");
        f.world.settle();
        assertEquals(List.of("up node-2", "down LOCAL node-1 has a new identity", "up node-2"), f.dialled.events);
        assertTrue(f.accepted.events.contains("received last word"), "what was sent before still arrives");
        assertEquals(
                List.of(new Peer("node-1", true, Identity.NONE), new Peer("node-1", true, LinkFixture.TWO)), peers);
        f.links1.identify(LinkFixture.ONE, LinkFixture.TWO);
        f.world.settle();
        assertEquals(3, f.dialled.events.size(), "the same identity again changes nothing");
        f.links2.identify(LinkFixture.ONE, LinkFixture.ONE);
        f.world.settle();
        assertEquals(5, f.dialled.events.size(), "inbound links end, too, and are made again by the far end");
    }

    @Test
    void identifyWhileADialIsUnderWayDialsAgainWithTheNewIdentity() {
        LinkFixture f = new LinkFixture();
        LinkFixture.listen(f.runtime2, f.links2, "host-2:7400");
        List<Peer> peers = new ArrayList<>();
        f.links2.accept(LinkFixture.PROTOCOL, peer -> {
            peers.add(peer);
            return f.accepted;
        });
        f.dial("node-2");
        f.world.settle(); // the hello waits at node-2
        f.links1.identify(LinkFixture.ONE, LinkFixture.TWO);
        f.world.settle();
        f.links2.begin();
        f.runFor(SECOND);
        assertEquals(List.of(new Peer("node-1", true, LinkFixture.TWO)), peers);
        assertEquals(List.of("up node-2"), f.dialled.events);
    }

    @Test
    void aClientIsSeenAsOne() {
        LinkFixture f = new LinkFixture();
        List<Peer> peers = new ArrayList<>();
        f.links2.accept(LinkFixture.PROTOCOL, peer -> {
            peers.add(peer);
            return f.accepted;
        });
        f.listening();
        NodeLinks client = new NodeLinks(f.world.runtime("host-9"), "shop", "client-9", false);
        client.dial(LinkFixture.PROTOCOL, null, Address.parse("host-2:7400"), new Recorder());
        f.world.settle();
        assertEquals(List.of(new Peer("client-9", false, Identity.NONE)), peers);
    }

    @Test
    void closeEndsEverythingAndCallsNobody() {
        LinkFixture f = new LinkFixture().serving();
        Dialer dialer = f.dial("node-2");
        f.world.settle();
        f.links1.close();
        f.links1.close();
        assertFalse(f.dialled.send("too late"));
        f.links1.dial(LinkFixture.PROTOCOL, null, Address.parse("host-2:7400"), f.dialled);
        f.runFor(SECOND);
        assertEquals(List.of("up node-2"), f.dialled.events);
        assertEquals("down REMOTE closed by the far end", f.accepted.last());
        assertNull(dialer.current());
        assertEquals(List.of("the loop"), f.runtime1.leftBehind());
        assertEquals(0, f.links1.upCount());
    }

    @Test
    void wrongCallsSayWhatToDo() {
        LinkFixture f = new LinkFixture().serving();
        String twice = assertThrows(
                        IllegalStateException.class,
                        () -> f.links2.accept(new Protocol(7, "again"), peer -> f.accepted))
                .getMessage();
        assertTrue(twice.contains("node-2") && twice.contains("test") && twice.contains("again"), twice);
        String id = assertThrows(
                        IllegalArgumentException.class,
                        () -> f.links2.accept(new Protocol(256, "far"), p -> f.accepted))
                .getMessage();
        assertTrue(id.contains("256"), id);
        String self = assertThrows(IllegalArgumentException.class, () -> f.dial("node-1"))
                .getMessage();
        assertTrue(self.contains("itself"), self);
    }
}
