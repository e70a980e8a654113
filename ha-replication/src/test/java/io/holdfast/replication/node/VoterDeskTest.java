package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.node.VoterAnswer.Outcome;
import io.holdfast.replication.raft.LogIndex;
import io.holdfast.replication.raft.Membership;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftConfig;
import io.holdfast.replication.raft.RaftEffect;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.raft.ShapeChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a master answers to those who want other voters: a, which leads b and c, while d stands by. */
class VoterDeskTest {
    private static final long MS = 1_000_000;

    private final NodeHost host = new NodeHost();
    private final Voter a = voter("a");
    private final Voter b = voter("b");
    private final Voter c = voter("c");
    private final Voter d = voter("d");
    private final Raft raft = new Raft(
            new RaftConfig(a.id(), a, true, 100 * MS, 1_000 * MS, 50 * MS, 0, false, 0, 1 << 20, 1 << 20, 1),
            new LogIndex(LogBase.NONE),
            new Membership(a.id(), 0, Configuration.of(List.of(a, b, c)).withStandby(d)),
            0,
            "",
            0,
            0,
            false,
            0,
            false,
            new SplittableRandom(1));
    private Address dIsAt = d.address();
    private final List<String> given = new ArrayList<>();
    private long round;
    private final VoterDesk desk = new VoterDesk(
            "a",
            host,
            host,
            raft,
            this::input,
            reason -> given.add("to " + reason.substring(0, reason.indexOf(" is wanted"))),
            voter -> voter.equals(d) ? dIsAt : voter.address(),
            new Meters(host, () -> LogStatus.unknown(ReplicaRole.SLAVE)));

    private static Voter voter(String node) {
        return new Voter(node, new UUID(1, node.charAt(0)), new Address(node, 1));
    }

    /** With what the disk says at once. */
    private void input(RaftInput input) {
        ArrayDeque<RaftInput> inputs = new ArrayDeque<>(List.of(input));
        while (!inputs.isEmpty()) {
            for (RaftEffect effect : List.copyOf(raft.step(host.nanoTime(), inputs.remove()))) {
                if (effect instanceof RaftEffect.SaveHardState save) {
                    inputs.add(new RaftInput.HardStateSaved(save.version()));
                } else if (effect instanceof RaftEffect.Send send
                        && send.message() instanceof RaftMessage.Heartbeat heartbeat) {
                    round = heartbeat.round();
                } else if (effect instanceof RaftEffect.AppendProposed append) {
                    inputs.add(persisted(append.batch()));
                } else if (effect instanceof RaftEffect.AppendConfiguration append) {
                    inputs.add(persisted(append.batch()));
                } else if (effect instanceof RaftEffect.AppendReceived append) {
                    inputs.add(persisted(append.batch()));
                }
            }
        }
    }

    private static RaftInput persisted(BatchMeta batch) {
        return new RaftInput.Persisted(batch.term(), batch.lastIndex());
    }

    private void hear(Voter from, RaftMessage message) {
        input(new RaftInput.Received(from.id(), message));
    }

    @BeforeEach
    void aLeads() {
        input(new RaftInput.Started());
        for (Voter other : List.of(b, c, d)) {
            input(new RaftInput.PeerUp(other.id()));
        }
        for (int i = 0; i < 20 && raft.role() == RaftRole.FOLLOWER; i++) {
            host.pass(1_000);
            input(new RaftInput.TimerFired());
        }
        hear(b, new RaftMessage.PreVoteReply(1, true));
        hear(b, new RaftMessage.VoteReply(1, true));
        assertEquals(RaftRole.LEADER, raft.role());
        input(new RaftInput.Proposed(1, 100));
        allHave(1);
        input(new RaftInput.ConfigurationRecorded(raft.configuration()));
        assertEquals(1, raft.commitIndex());
    }

    private void allHave(long index) {
        for (Voter other : List.of(b, c, d)) {
            hear(other, new AppendAccepted(raft.term(), index, index));
            hear(other, new RaftMessage.HeartbeatReply(raft.term(), round));
        }
    }

    private CompletableFuture<VoterAnswer> wish(ShapeChange change) {
        return desk.change(change, null, 60_000 * MS, false, "a test");
    }

    private void look() {
        host.pass(30);
    }

    /** b leads, and has other entries from index 2 on. */
    private void bTakesOver() {
        BatchMeta other = new BatchMeta(2, 1, 2, 50);
        hear(b, new AppendRequest(2, 1, 1, 2, List.of(other)));
        assertEquals(2, raft.commitIndex());
    }

    @Test
    void whoLostTheRemovalOfALearnerDoesNotSayThatItIsDone() {
        CompletableFuture<VoterAnswer> answer = wish(ShapeChange.remove("d"));
        assertFalse(raft.configuration().knows("d"));
        bTakesOver();
        assertTrue(raft.configuration().knows("d"));
        look();
        assertEquals(Outcome.ELSEWHERE, answer.join().outcome());
        assertTrue(answer.join().index() > 0, "it may have been done");
    }

    @Test
    void theRemovalOfALearnerIsDoneWhenThatIsDecided() {
        CompletableFuture<VoterAnswer> answer = wish(ShapeChange.remove("d"));
        look();
        assertFalse(answer.isDone());
        allHave(2);
        look();
        assertEquals(Outcome.DONE, answer.join().outcome());
        assertEquals(Outcome.ALREADY, wish(ShapeChange.remove("d")).join().outcome());
    }

    @Test
    void whoFindsNoRoomIsToAskAgain() {
        for (int i = 0; i < 32; i++) {
            assertFalse(wish(ShapeChange.add("e" + i)).isDone());
        }
        VoterAnswer answer = wish(ShapeChange.add("e99")).join();
        assertEquals(Outcome.ELSEWHERE, answer.outcome());
        assertEquals(0, answer.index(), "nothing was done");
        assertTrue(answer.detail().contains("which is the most"), answer.detail());
        assertEquals(
                Outcome.POSSIBLE,
                desk.change(ShapeChange.remove("d"), null, MS, true, "a test")
                        .join()
                        .outcome());
    }

    /** Those who wait do so for nodes that may never come; a node that leaves, or the autopilot, cannot wait for that. */
    @Test
    void whatMayBeginAtOnceFindsRoom() {
        for (int i = 0; i < 32; i++) {
            assertFalse(wish(ShapeChange.add("e" + i)).isDone());
        }
        assertEquals(Outcome.ALREADY, wish(ShapeChange.add("b")).join().outcome());
        CompletableFuture<VoterAnswer> left = wish(ShapeChange.remove("b").whileAsManyAreWanted());
        assertFalse(left.isDone(), "it has begun");
        assertEquals(
                Outcome.ELSEWHERE,
                wish(ShapeChange.remove("c").whileAsManyAreWanted()).join().outcome(),
                "one at a time");
        allHave(2);
        allHave(3);
        look();
        assertEquals(Outcome.DONE, left.join().outcome());
        assertEquals(
                Outcome.ELSEWHERE,
                wish(ShapeChange.remove("a").whileAsManyAreWanted()).join().outcome());
        assertEquals(List.of("to remove a"), given, "it hands over first, and is asked again then");
    }

    /** While it gives way nothing begins, although it might. */
    @Test
    void thatRoomHasAnEnd() {
        for (int i = 0; i < 32; i++) {
            assertFalse(wish(ShapeChange.add("e" + i)).isDone());
        }
        input(new RaftInput.Transfer(b.id()));
        int waiting = 0;
        for (int i = 0; i < 100; i++) {
            waiting += wish(ShapeChange.remove("d")).isDone() ? 0 : 1;
        }
        assertEquals(8, waiting);
    }

    @Test
    void aLearnerThatHasMovedIsKnownByWhereItIs() {
        dIsAt = new Address("d", 2);
        Address joinedAt = d.address();
        VoterAnswer former = desk.change(ShapeChange.add("d"), joinedAt, 60_000 * MS, true, "a test")
                .join();
        assertEquals(Outcome.REFUSED, former.outcome());
        assertTrue(former.detail().contains("reached at d:2"), former.detail());
        assertEquals(
                Outcome.POSSIBLE,
                desk.change(ShapeChange.add("d"), dIsAt, 60_000 * MS, true, "a test")
                        .join()
                        .outcome());
        assertEquals(dIsAt, desk.list().members().get(3).address());
    }

    @Test
    void noLineIsForgedInALog() {
        assertThrows(IllegalArgumentException.class, () -> ShapeChange.add("d\nWARN: all is well"));
        assertThrows(IllegalArgumentException.class, () -> ShapeChange.remove("d\u2028"));
    }
}
