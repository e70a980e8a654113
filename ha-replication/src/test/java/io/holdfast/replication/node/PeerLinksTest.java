package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.wire.RaftCodec;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a node dials, and whom no more: a, whose fellow members are b and c. */
class PeerLinksTest {
    private static final long PARTED_MILLIS = 1_100;

    private final NodeHost host = new NodeHost();
    private final ManualTasks worker = new ManualTasks();
    private final List<RaftInput> inputs = new ArrayList<>();
    private final Voter a = voter("a", 1, "a:1");
    private final Voter b = voter("b", 1, "b:1");
    private final Voter c = voter("c", 1, "c:1");
    private LogStore store;
    private PeerLinks peers;

    private static Voter voter(String node, long disk, String address) {
        return new Voter(node, new UUID(disk, node.charAt(0)), Address.parse(address));
    }

    private static Peer peer(Voter voter) {
        return new Peer(voter.nodeId(), true, voter.diskId());
    }

    @BeforeEach
    void begin(@TempDir Path directory) throws Exception {
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(64 << 10, true),
                new UUID(1, 2),
                new Random(1),
                worker,
                LogBase.NONE);
        store = new LogStore(log, worker, worker, worker, host, true, 1, (term, index, byForce) -> {});
        PeerLinks.Events events = new PeerLinks.Events() {
            @Override
            public void received(String from, RaftMessage message, List<ByteBuf> batches) {}

            @Override
            public void receivedAll() {}

            @Override
            public void sent(long bytes) {}

            @Override
            public void refused(String nodeId, Address address) {}
        };
        peers = new PeerLinks(host, "a", store, worker, host, host.allocator(), events, inputs::add);
        peers.start();
        peers.members(List.of(a, b, c));
    }

    @AfterEach
    void end() throws Exception {
        peers.stop();
        assertEquals(0, host.dialledCount());
        store.close();
        worker.runAll();
    }

    private LinkListener says(Voter sender, RaftMessage message) {
        LinkListener listener = host.accepted(peer(sender));
        ByteBuf frame = RaftCodec.encode(host.allocator(), message);
        listener.received(new NoLink(peer(sender)), frame);
        frame.release();
        return listener;
    }

    private LinkListener introduces(Voter sender) {
        return says(sender, new RaftMessage.Introduction(1, sender));
    }

    private static void hangsUp(Voter caller, LinkListener link) {
        link.down(new NoLink(peer(caller)), CloseReason.REMOTE, "the test");
    }

    private record NoLink(Peer peer) implements io.holdfast.core.spi.Links.Link {
        @Override
        public boolean send(io.holdfast.core.runtime.Connection.Lane lane, ByteBuf frame) {
            frame.release();
            return false;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {
            throw new AssertionError(why);
        }
    }

    private int downs() {
        return (int)
                inputs.stream().filter(RaftInput.PeerDown.class::isInstance).count();
    }

    private Voter bMoved() {
        Voter moved = voter("b", 1, "b:2");
        introduces(moved);
        host.at("b@b:2").up(peer(b));
        assertEquals(moved.address(), peers.addressOf(b));
        return moved;
    }

    @Test
    void whoCallsItselfByAMembersIdDoesNotEndTheMembersLink() {
        Voter moved = bMoved();
        Voter impostor = voter("b", 9, "evil:1");
        for (int i = 0; i < 3; i++) {
            introduces(impostor);
            introduces(moved);
        }
        assertEquals(0, downs());
        assertTrue(host.isDialled("b@b:2"));
        assertTrue(host.isDialled("b@evil:1"), "it is answered, too");
        host.at("b@evil:1").up(peer(impostor));
        assertEquals(moved.address(), peers.addressOf(b));
        host.at("b@b:2").down();
        assertTrue(host.isDialled("b@b:2"), "the member is dialled on");
        assertNull(peers.addressOf(b));
        peers.found("b", Address.parse("b:3"));
        assertTrue(host.isDialled("b@b:3"), "that an impostor is reached does not mean that the member is");
    }

    @Test
    void whatAMembershipIsToldByAnImpostorDoesNotEndALinkThatStands() {
        bMoved();
        peers.found("b", Address.parse("evil:1"));
        peers.members(List.of(a, b, c));
        host.pass(PARTED_MILLIS);
        assertEquals(0, downs());
        assertTrue(host.isDialled("b@b:2"));
        assertFalse(host.isDialled("b@evil:1"));
        host.at("b@b:2").down();
        assertTrue(host.isDialled("b@evil:1"), "it may be there by now");
        assertFalse(host.isDialled("b@b:2"));
        introduces(voter("b", 1, "b:2"));
        assertTrue(host.isDialled("b@b:2"), "it says so itself");
    }

    @Test
    void strangersAreBoundedAndKeepNobodyFromFindingMembers() {
        for (int i = 0; i < 200; i++) {
            introduces(voter("x" + i, 3, "x" + i + ":1"));
        }
        assertEquals(2 + 64, host.dialledCount());
        peers.found("c", Address.parse("c:2"));
        assertTrue(host.isDialled("c@c:2"));
        host.at("x7@x7:1").refused();
        assertFalse(host.isDialled("x7@x7:1"), "it makes room");
        introduces(voter("y", 3, "y:1"));
        assertTrue(host.isDialled("y@y:1"));
        assertEquals(List.of(), inputs, "what strangers refuse is no evidence");
    }

    @Test
    void nothingIsKeptOfWhoWasReachedAndIsNobody() {
        for (int i = 0; i < 50; i++) {
            Voter stranger = voter("x", i, "x:1");
            introduces(stranger);
            host.at("x@x:1").up(peer(stranger));
            assertEquals(1, peers.outboxes());
            host.at("x@x:1").down();
        }
        assertEquals(0, peers.outboxes());
        host.at("b@b:1").up(peer(b));
        host.at("b@b:1").down();
        assertEquals(1, peers.outboxes(), "a member comes back");
        peers.members(List.of(a, c));
        assertEquals(0, peers.outboxes());
    }

    /** This node is behind: whoever leads belongs to no configuration that it knows, and does not say twice where it is reached. */
    @Test
    void whoeverHasALinkToThisNodeIsAnsweredOnAndOn() {
        Voter leader = voter("n", 1, "n:1");
        LinkListener link = introduces(leader);
        host.at("n@n:1").up(peer(leader));
        peers.members(List.of(a, b));
        host.pass(PARTED_MILLIS);
        assertTrue(host.isDialled("n@n:1"));
        host.at("n@n:1").down();
        host.at("n@n:1").refused();
        assertTrue(host.isDialled("n@n:1"), "it is dialled on");
        peers.members(List.of(a, b, leader));
        peers.members(List.of(a, b));
        host.pass(PARTED_MILLIS);
        assertTrue(host.isDialled("n@n:1"));
        LinkListener again = introduces(leader);
        hangsUp(leader, link);
        assertTrue(host.isDialled("n@n:1"), "it has another link by then");
        hangsUp(leader, again);
        assertFalse(host.isDialled("n@n:1"));
        assertEquals(1, host.dialledCount());
    }

    @Test
    void whoLedAndIsNoMemberAsThisNodeGoesOnIsAnsweredStill() {
        Voter moved = voter("c", 1, "c:2");
        LinkListener link = introduces(moved);
        host.at("c@c:2").up(peer(c));
        peers.members(List.of(a, b));
        host.pass(PARTED_MILLIS);
        assertTrue(host.isDialled("c@c:2"));
        host.at("c@c:2").down();
        assertTrue(host.isDialled("c@c:2"));
        peers.members(List.of(a, b, c));
        peers.members(List.of(a, b));
        hangsUp(moved, link);
        host.pass(PARTED_MILLIS);
        assertEquals(1, host.dialledCount());
    }

    /** Word of mouth is passed on again while it is true. */
    @Test
    void whoIsPassedOnIsForgottenWhenItIsNotReached() {
        Voter stranger = voter("n", 1, "n:1");
        says(b, new RaftMessage.Stranger(1, stranger, true));
        assertTrue(host.isDialled("n@n:1"));
        host.at("n@n:1").refused();
        assertFalse(host.isDialled("n@n:1"));
        says(b, new RaftMessage.Stranger(1, stranger, true));
        peers.members(List.of(a, b));
        host.pass(PARTED_MILLIS);
        assertEquals(1, host.dialledCount());
    }

    @Test
    void whoIsLostIsGuidedUntilItIsNot() {
        peers.guide("g", Address.parse("g:1"));
        assertFalse(host.isDialled("g@g:1"), "it hears a master");
        peers.lost(true);
        peers.guide("g", Address.parse("g:1"));
        peers.guide("a", Address.parse("a:1"));
        peers.guide("b", Address.parse("b:7"));
        assertTrue(host.isDialled("g@g:1"));
        assertFalse(host.isDialled("a@a:1"));
        assertTrue(host.isDialled("b@b:7"));
        host.at("g@g:1").refused();
        assertTrue(host.isDialled("g@g:1"));
        peers.guide("g", Address.parse("g:2"));
        assertTrue(host.isDialled("g@g:1"), "of two who say where it is either may be right");
        assertTrue(host.isDialled("g@g:2"));
        for (int i = 0; i < 100; i++) {
            peers.guide("g" + i, Address.parse("g:" + (i + 3)));
        }
        assertEquals(2 + 32, host.dialledCount());
        host.at("g@g:1").refused();
        assertFalse(host.isDialled("g@g:1"), "others get its turn");
        peers.guide("h", Address.parse("h:1"));
        assertTrue(host.isDialled("h@h:1"));
        assertEquals(2 + 32, host.dialledCount());
        peers.lost(false);
        host.pass(PARTED_MILLIS);
        assertEquals(2, host.dialledCount());
    }

    /** A name may lead to another node the next time: whoever is reached where it says itself is known by that alone. */
    @Test
    void nobodyIsGuidedToWhoIsReached() {
        host.at("b@b:1").up(peer(b));
        peers.lost(true);
        peers.guide("b", Address.parse("alias:1"));
        assertFalse(host.isDialled("b@alias:1"));
        assertEquals(b.address(), peers.addressOf(b));
        host.at("b@b:1").down();
        peers.guide("b", Address.parse("alias:1"));
        assertTrue(host.isDialled("b@alias:1"));
    }

    /** It has lost its disk: a link to it stands, though not to the member that it was. */
    @Test
    void nobodyIsGuidedToWhoIsReachedWithAnotherDisk() {
        host.at("b@b:1").up(peer(voter("b", 2, "b:1")));
        peers.lost(true);
        peers.guide("b", Address.parse("alias:1"));
        assertFalse(host.isDialled("b@alias:1"));
    }

    @Test
    void whereAMemberIsReachedByAGuideIsNotWhereItIs() {
        peers.lost(true);
        peers.guide("b", Address.parse("alias:1"));
        host.at("b@alias:1").up(peer(b));
        peers.lost(false);
        host.pass(PARTED_MILLIS);
        assertTrue(host.isDialled("b@alias:1"), "there is no other link");
        assertNull(peers.addressOf(b));
        host.at("b@b:1").up(peer(b));
        assertFalse(host.isDialled("b@alias:1"));
        assertEquals(b.address(), peers.addressOf(b));
        assertEquals(0, downs());
    }

    @Test
    void aGuidesLinkToWhoIsReachedByThenEnds() {
        peers.lost(true);
        peers.guide("b", Address.parse("alias:1"));
        host.at("b@b:1").up(peer(b));
        host.at("b@alias:1").up(peer(b));
        assertFalse(host.isDialled("b@alias:1"));
        assertEquals(b.address(), peers.addressOf(b));
        assertEquals(0, downs());
        peers.guide("n", Address.parse("alias:1"));
        Voter leader = voter("n", 1, "n:1");
        host.at("n@alias:1").up(peer(leader));
        peers.members(List.of(a, b, leader));
        peers.lost(false);
        host.at("n@n:1").up(peer(leader));
        assertFalse(host.isDialled("n@alias:1"));
        assertEquals(leader.address(), peers.addressOf(leader));
    }

    /** It has moved to where the guide said that it is. */
    @Test
    void whereAGuideLedToIsWhereAMemberIsIfThatSaysSo() {
        peers.lost(true);
        peers.guide("b", Address.parse("b:2"));
        host.at("b@b:2").up(peer(b));
        introduces(voter("b", 1, "b:2"));
        assertEquals(Address.parse("b:2"), peers.addressOf(b));
        peers.lost(false);
        host.pass(PARTED_MILLIS);
        assertTrue(host.isDialled("b@b:2"));
    }

    @Test
    void nothingIsKeptOfTheTroublesWithWhoIsNoMember() {
        host.at("c@c:1").refused();
        for (int i = 0; i < 10_000; i++) {
            Voter stranger = voter("x" + i, 3, "x:1");
            says(b, new RaftMessage.Stranger(1, stranger, true));
            host.at("x" + i + "@x:1").refused();
        }
        peers.lost(true);
        peers.guide("g", Address.parse("g:1"));
        host.at("g@g:1").refused();
        assertEquals(1, peers.troubles().size());
        assertEquals("connection refused", peers.troubles().get("c"));
        LinkListener impostors = introduces(voter("c", 9, "evil:1"));
        host.at("c@evil:1").up(peer(voter("c", 9, "evil:1")));
        assertEquals(Map.of("c", "connection refused"), peers.troubles(), "another disk is another one");
        hangsUp(c, impostors);
        host.at("c@c:1").up(peer(c));
        assertEquals(Map.of(), peers.troubles());
    }
}
