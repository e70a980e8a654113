package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.spi.Links.Link;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a link is dialled again, and what its listener hears of it. */
class DialerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aRefusedDialIsReportedAtOnceAndRepeatedWithGrowingPauses() {
        LinkFixture f = new LinkFixture();
        f.dial("node-2");
        f.world.settle();
        assertEquals(1, f.dialled.count("failed REFUSED"));
        f.runFor(Duration.ofSeconds(20));
        List<Long> pauses = f.pausesMillis();
        long middle = 10;
        for (long pause : pauses) {
            assertTrue(pause >= middle / 2 - 1 && pause <= middle + middle / 2 + 1, pause + " in " + pauses);
            middle = Math.min(2 * middle, 1000);
        }
        assertTrue(pauses.size() > 15, pauses.toString());
        assertTrue(pauses.get(pauses.size() - 1) >= 499, pauses.toString());
    }

    @Test
    void theTruthAboutANameIsTheSumOfItsAddresses() {
        LinkFixture f = new LinkFixture();
        f.world.name("shop", f.world.address("a", 1), f.world.address("b", 2));
        f.dial(null, "shop:7400");
        f.world.settle();
        assertTrue(f.dialled.last().startsWith("failed REFUSED"), f.dialled.last());
        assertTrue(f.dialled.last().contains("a/10.") && f.dialled.last().contains("b/10."), f.dialled.last());
        f.world.unreachable(f.world.address("b", 2));
        f.runFor(Duration.ofSeconds(4));
        assertTrue(f.dialled.last().startsWith("failed UNREACHABLE"), "b may be alive: " + f.dialled.last());
    }

    @Test
    void theAddressesOfANameAreTriedInTheirOrder() {
        LinkFixture f = new LinkFixture().serving();
        f.world.name("shop", f.world.address("dead", 1), f.world.address("host-2", 7400));
        f.dial("node-2", "shop:7400");
        f.world.settle();
        assertEquals(List.of("up node-2"), f.dialled.events);
    }

    @Test
    void aNameThatStandsForNothingIsLookedUpAgain() {
        LinkFixture f = new LinkFixture().serving();
        f.world.name("shop");
        f.dial(null, "shop:7400");
        f.world.settle();
        assertEquals(List.of("failed UNREACHABLE cannot look up shop:7400: no such host"), f.dialled.events);
        f.world.name("shop", f.world.address("host-2", 7400));
        f.runFor(SECOND);
        assertEquals("up node-2", f.dialled.last());
    }

    @Test
    void aLinkThatWasUpIsDialledAgainAtOnceAndTheRefusalIsHeardAtOnce() {
        LinkFixture f = new LinkFixture().serving();
        f.dial("node-2");
        f.runFor(Duration.ofSeconds(5));
        f.runtime2.close();
        f.world.settle();
        assertEquals(3, f.dialled.events.size(), f.dialled.events.toString());
        assertTrue(f.dialled.events.get(1).startsWith("down REMOTE"));
        assertTrue(f.dialled.events.get(2).startsWith("failed REFUSED"));
    }

    @Test
    void theBackoffBeginsAnewAfterALinkWasUp() {
        LinkFixture f = new LinkFixture();
        f.dial("node-2");
        f.runFor(Duration.ofSeconds(30)); // the pause is a second by now
        f.serving();
        f.runFor(Duration.ofSeconds(2));
        assertEquals("up node-2", f.dialled.last());
        f.runtime2.close();
        f.runFor(Duration.ofMillis(200));
        assertTrue(f.dialled.count("failed") >= 28, "dials follow quickly again: " + f.dialled.events);
        List<Long> pauses = f.pausesMillis();
        assertTrue(pauses.stream().skip(pauses.size() - 3).allMatch(p -> p <= 240), pauses.toString());
    }

    @Test
    void aCutLinkIsBackWithoutTimePassing() {
        LinkFixture f = new LinkFixture().serving();
        f.dial("node-2");
        f.runFor(SECOND);
        f.runtime1.cutConnections();
        f.world.settle();
        assertEquals(List.of("up node-2", "down REMOTE cut", "up node-2"), f.dialled.events);
        assertFalse(f.dialled.events.contains("failed"));
    }

    @Test
    void aLinkThatKeepsEndingAsSoonAsItIsUpIsNotDialledInAHurry() {
        LinkFixture f = new LinkFixture();
        f.links2.accept(LinkFixture.PROTOCOL, peer -> Recorder.disconnecting());
        f.listening();
        f.dial("node-2");
        f.runFor(Duration.ofSeconds(10));
        long ups = f.dialled.count("up");
        assertTrue(ups > 5 && ups < 40, ups + " times up");
        List<Long> pauses = f.pausesMillis();
        assertEquals(List.of(0L, 0L, 0L), pauses.subList(0, 3), "a few times it is dialled again at once");
        assertTrue(pauses.get(pauses.size() - 1) >= 499, pauses.toString());
    }

    @Test
    void disconnectEndsALinkAndItIsDialledAgain() {
        LinkFixture f = new LinkFixture().serving();
        Dialer dialer = f.dial("node-2");
        f.world.settle();
        Link first = dialer.current();
        f.dialled.send("last word");
        first.disconnect("enough");
        assertFalse(f.dialled.send("after it"));
        f.world.settle();
        assertEquals(List.of("up node-2", "down LOCAL enough", "up node-2"), f.dialled.events);
        assertTrue(f.accepted.events.contains("received last word"));
        assertFalse(f.accepted.events.contains("received after it"));
    }

    @Test
    void dialNowCutsThePauseShortAndDoesNothingElse() {
        LinkFixture f = new LinkFixture();
        Dialer dialer = f.dial("node-2");
        f.runFor(Duration.ofSeconds(30));
        int dials = f.runtime1.dialTimes().size();
        f.serving();
        dialer.dialNow();
        dialer.dialNow();
        f.world.settle();
        assertEquals(dials + 1, f.runtime1.dialTimes().size());
        assertEquals("up node-2", f.dialled.last());
        dialer.dialNow();
        f.runFor(SECOND);
        assertEquals("up node-2", f.dialled.last());
        assertEquals(dials + 1, f.runtime1.dialTimes().size());
    }

    @Test
    void aNodeThatLinksHereIsDialledAtOnce() {
        LinkFixture f = new LinkFixture();
        f.links1.accept(LinkFixture.PROTOCOL, peer -> new Recorder());
        LinkFixture.listen(f.runtime1, f.links1, "host-1:7400");
        f.listening(); // but serves nothing yet
        f.dial("node-2");
        f.runFor(Duration.ofSeconds(30));
        assertTrue(f.dialled.last().contains("PROTOCOL_NOT_SERVED"), f.dialled.last());
        f.links2.accept(LinkFixture.PROTOCOL, peer -> f.accepted);
        f.links2.dial(LinkFixture.PROTOCOL, "node-1", Address.parse("host-1:7400"), new Recorder());
        f.world.settle();
        assertEquals("up node-2", f.dialled.last());
    }

    @Test
    void closeIsForGoodAndSilent() {
        LinkFixture f = new LinkFixture().serving();
        Dialer up = f.dial("node-2");
        Recorder second = new Recorder();
        Dialer pausing = (Dialer) f.links1.dial(LinkFixture.PROTOCOL, null, Address.parse("gone:1"), second);
        f.world.settle();
        Recorder third = new Recorder();
        Dialer fresh = (Dialer) f.links1.dial(LinkFixture.PROTOCOL, null, Address.parse("host-2:7400"), third);
        f.world.runUntil(() -> f.runtime1.dialTimes().size() == 3, SECOND); // the connection is being opened
        for (Dialer dialer : List.of(up, pausing, fresh)) {
            dialer.close();
            dialer.close();
            dialer.dialNow();
        }
        f.runFor(Duration.ofSeconds(30));
        assertEquals(List.of("up node-2"), f.dialled.events);
        assertEquals(1, second.events.size());
        assertEquals(List.of(), third.events);
        assertEquals(List.of("the loop"), f.runtime1.leftBehind());
        assertEquals(3, f.runtime1.dialTimes().size());
        assertEquals(1, f.accepted.count("up"), "no hello is said on a connection that is no longer wanted");
    }

    @Test
    void theAnswerToALookUpThatIsNoLongerWantedIsIgnored() {
        LinkFixture f = new LinkFixture().serving();
        f.world.lookUpTakes(Duration.ofMillis(10));
        f.dial("node-2");
        f.runFor(Duration.ofMillis(1));
        f.links1.identify(LinkFixture.ONE, LinkFixture.TWO); // looks up again
        f.runFor(SECOND);
        assertEquals(1, f.runtime1.dialTimes().size());
        assertEquals(List.of("up node-2"), f.dialled.events);
    }

    @Test
    void aFrameThatTheListenerCannotReadEndsTheLinkOnly() {
        LinkFixture f = new LinkFixture().serving();
        f.dial("node-2");
        f.runFor(SECOND);
        f.dialled.send("malformed");
        f.world.settle();
        assertEquals(List.of("up node-1", "down PROTOCOL this is malformed", "up node-1"), f.accepted.events);
        assertEquals("up node-2", f.dialled.last());
    }
}
