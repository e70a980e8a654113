package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.ELECTION_TIMEOUT;
import static io.holdfast.replication.raft.RaftCluster.HEARTBEAT;
import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftEffect.Committed;
import io.holdfast.replication.raft.RaftEffect.ProposalRefused;
import io.holdfast.replication.raft.RaftEffect.TruncateLog;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules of Diego Ongaro's thesis "Consensus: Bridging Theory and Practice" on terms, elections and commits, one test
 * each, named by section. Reads (6.4), disks (3.8, 10.2) and pipelines (10.2.1) have tests of their own.
 */
class RaftPaperTest {

    private static BatchMeta entry(long index, long term) {
        return new BatchMeta(index, 1, term, 100);
    }

    // ---- 3.3, terms

    @Test
    void section33_aHigherTermTurnsALeaderIntoAFollower() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();

        cluster.hear("b", "a", new HeartbeatReply(term + 3, 1));

        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        assertEquals(term + 3, cluster.raft("a").term());
        assertEquals("", cluster.raft("a").leader());
        assertEquals(1, only(cluster.propose("a", 10), ProposalRefused.class).size(), "RATIS-2154: appends no more");
    }

    @Test
    void section33_aMessageOfAnEarlierTermIsRefusedWithTheLaterTerm() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 2).hardState(5, "");
        cluster.start("a");

        cluster.hear("b", "a", new AppendRequest(4, 2, 2, 2, List.of(entry(3, 4))));
        cluster.hear("b", "a", new Heartbeat(4, 2, 3, 1));
        cluster.hear("b", "a", new VoteRequest(4, 9, 4));

        assertEquals(5, cluster.sent("a", AppendRejected.class).get(0).term());
        assertEquals(5, cluster.sent("a", HeartbeatReply.class).get(0).term());
        assertEquals(List.of(new VoteReply(5, false)), cluster.sent("a", VoteReply.class));
        assertEquals(2, cluster.raft("a").lastIndex());
        assertEquals(0, cluster.raft("a").commitIndex());
        assertEquals("", cluster.raft("a").leader());
    }

    @Test
    void section33_thePersistedTermOutlastsARestart() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.hear("b", "a", new Heartbeat(7, 0, 0, 1));
        cluster.restart("a");
        assertEquals(7, cluster.raft("a").term());
    }

    // ---- 3.4, leader election

    @Test
    void section34_aSilentLeaderIsReplacedAfterTheTimeOut() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.crash("a");

        cluster.run(ELECTION_TIMEOUT / MS);
        assertEquals(null, cluster.leader(), "too early");
        cluster.run(2 * ELECTION_TIMEOUT / MS);

        assertTrue(cluster.leader().raft().term() > term);
        assertEquals(cluster.leader().id, cluster.raft("b").leader());
        assertEquals(cluster.leader().id, cluster.raft("c").leader());
    }

    @Test
    void section34_heartbeatsKeepFollowersFromStanding() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.run(60_000);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
        assertEquals(term, cluster.raft("a").term());
    }

    @Test
    void section34_atMostOneVoteATerm() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");

        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        cluster.hear("c", "a", new VoteRequest(2, 9, 1));
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));

        assertEquals(List.of(new VoteReply(2, true), new VoteReply(2, true)), cluster.sent("a", "b", VoteReply.class));
        assertEquals(List.of(new VoteReply(2, false)), cluster.sent("a", "c", VoteReply.class));
    }

    @Test
    void section34_aVoteOutlastsARestart() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        cluster.sent("a", VoteReply.class);

        cluster.restart("a");
        cluster.hear("c", "a", new VoteRequest(2, 9, 1));
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));

        assertEquals(List.of(new VoteReply(2, false)), cluster.sent("a", "c", VoteReply.class));
        assertEquals(List.of(new VoteReply(2, true)), cluster.sent("a", "b", VoteReply.class));
    }

    @Test
    void section34_aCandidateThatHearsTheTermsLeaderFollowsAndKeepsItsVote() { // etcd#2461
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(2, true));
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role());
        cluster.sent("a", VoteRequest.class);

        cluster.hear("c", "a", new Heartbeat(2, 0, 0, 1));
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));

        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        assertEquals("c", cluster.raft("a").leader());
        assertEquals("a", cluster.disk("a").votedFor());
        assertEquals(List.of(new VoteReply(2, false)), cluster.sent("a", VoteReply.class));
    }

    @Test
    void section34_onlyAMajorityOfVotesElects() {
        RaftCluster cluster = new RaftCluster("a", "b", "c", "d", "e");
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(2, true));
        cluster.hear("b", "a", new PreVoteReply(2, true));
        assertEquals(RaftRole.PRE_CANDIDATE, cluster.raft("a").role(), "b counts once");
        cluster.hear("c", "a", new PreVoteReply(2, true));

        cluster.hear("b", "a", new VoteReply(2, true));
        cluster.hear("b", "a", new VoteReply(2, true));
        cluster.hear("c", "a", new VoteReply(2, false));
        cluster.hear("d", "a", new VoteReply(1, true));
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role());
        cluster.hear("e", "a", new VoteReply(2, true));
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    @Test
    void section34_aSplitVoteIsFollowedByALaterTerm() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(2, true));
        cluster.hear("b", "a", new VoteReply(2, false));
        cluster.hear("c", "a", new VoteReply(2, false));
        cluster.timeOut("a");
        cluster.hear("c", "a", new PreVoteReply(3, true));
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role());
        assertEquals(3, cluster.raft("a").term());
    }

    @Test
    void section34_aSingleVoterLeadsAtOnceAndCommitsWhatIsOnItsDisk() {
        RaftCluster cluster = new RaftCluster("a");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.run(0);
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role(), "its own vote is not on disk");
        cluster.save("a");
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());

        assertEquals(List.of(), only(cluster.propose("a", 10), Committed.class));
        assertEquals(List.of(new Committed(1)), only(cluster.force("a"), Committed.class));
        assertEquals(List.of(new RaftEffect.ReadReady(4, 1)), only(cluster.read("a", 4), RaftEffect.ReadReady.class));
    }

    // ---- 3.5, log replication

    @Test
    void section35_aConflictingSuffixIsReplaced() { // figure 3.6, (f) meets the leader
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 1, 2, 2, 2, 3, 3);
        cluster.start("a");

        List<RaftEffect> effects =
                cluster.hear("b", "a", new AppendRequest(8, 3, 1, 3, List.of(entry(4, 4), entry(5, 4))));

        assertEquals(List.of(new TruncateLog(4)), only(effects, TruncateLog.class));
        assertEquals(5, cluster.raft("a").lastIndex());
        assertEquals(3, cluster.raft("a").commitIndex());
        List<BatchMeta> log = cluster.disk("a").forced();
        assertEquals(List.of(entry(4, 4), entry(5, 4)), log.subList(3, 5));
    }

    @Test
    void section35_whatTheLeaderDoesNotMentionIsNotTruncated() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 1, 1);
        cluster.start("a");
        // A short, late message of the same leader: all it holds is known, and what follows it may be newer.
        List<RaftEffect> effects = cluster.hear("b", "a", new AppendRequest(1, 0, 0, 4, List.of(entry(1, 1))));
        assertEquals(List.of(), only(effects, TruncateLog.class));
        assertEquals(4, cluster.raft("a").lastIndex());
        assertEquals(1, cluster.raft("a").commitIndex(), "entries 2 to 4 are not known to be this leader's");
        assertEquals(List.of(new AppendAccepted(1, 1, 1)), cluster.sent("a", AppendAccepted.class));
    }

    @Test
    void section35_anAppendThatDoesNotMatchIsRejectedWithAHint() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 2, 2, 2);
        cluster.start("a");
        cluster.hear("b", "a", new AppendRequest(5, 9, 4, 9, List.of(entry(10, 5))));
        cluster.hear("b", "a", new AppendRequest(5, 4, 1, 9, List.of(entry(5, 5))));
        assertEquals(
                List.of(new AppendRejected(5, 9, 5, 2), new AppendRejected(5, 4, 2, 1)),
                cluster.sent("a", AppendRejected.class));
        assertEquals(0, cluster.raft("a").commitIndex());
        assertEquals(5, cluster.raft("a").lastIndex());
    }

    @Test
    void section35_aLeaderBringsEveryKindOfFollowerToItsOwnLog() { // figure 3.6
        long[] leader = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
        List<long[]> followers = List.of(
                new long[] {1, 1, 1, 4, 4, 5, 5, 6, 6},
                new long[] {1, 1, 1, 4},
                new long[] {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                new long[] {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                new long[] {1, 1, 1, 4, 4, 4, 4},
                new long[] {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3});
        for (long[] follower : followers) {
            RaftCluster cluster = new RaftCluster("a", "b", "c");
            cluster.disk("a").log(leader).hardState(7, "");
            cluster.disk("b").log(follower).hardState(7, "");
            cluster.disk("c").log(1);
            cluster.start();
            // By b's own vote where that is allowed, else by c's.
            cluster.elect("a");
            cluster.propose("a", 100);
            cluster.run(5 * HEARTBEAT / MS);
            assertEquals(cluster.disk("a").forced(), cluster.disk("b").forced());
            assertEquals(11, cluster.raft("b").commitIndex());
        }
    }

    @Test
    void section35_aLeaderNeverOverwritesWhatIsCommitted() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1);
        cluster.start("a");
        cluster.hear("b", "a", new AppendRequest(1, 2, 1, 2, List.of()));
        AppendRequest broken = new AppendRequest(2, 1, 1, 1, List.of(entry(2, 2)));
        assertThrows(IllegalStateException.class, () -> cluster.hear("c", "a", broken), "a broken invariant stops");
    }

    // ---- 3.6.1, election restriction

    @Test
    void section361_aCandidateWithAnOlderLogGetsNoVote() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 2, 2);
        cluster.start("a");

        cluster.hear("b", "a", new VoteRequest(3, 2, 2)); // shorter
        cluster.hear("b", "a", new VoteRequest(4, 9, 1)); // longer, but of an earlier term
        cluster.hear("b", "a", new PreVoteRequest(5, 2, 2));
        cluster.hear("b", "a", new PreVoteRequest(5, 9, 1));
        assertEquals(List.of(new VoteReply(3, false), new VoteReply(4, false)), cluster.sent("a", VoteReply.class));
        assertEquals(
                List.of(new PreVoteReply(4, false), new PreVoteReply(4, false)), cluster.sent("a", PreVoteReply.class));

        cluster.hear("b", "a", new VoteRequest(5, 3, 2)); // equal
        cluster.hear("b", "a", new VoteRequest(6, 1, 3)); // shorter, but of a later term
        assertEquals(List.of(new VoteReply(5, true), new VoteReply(6, true)), cluster.sent("a", VoteReply.class));
    }

    @Test
    void section363_leaderCompleteness() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        cluster.propose("a", 100); // committed by a and b
        cluster.settle();
        assertEquals(2, cluster.raft("a").commitIndex());
        cluster.crash("a");
        cluster.heal();

        // Even when c always begins first, b alone can win.
        for (int i = 0; i < 6; i++) {
            cluster.stand(ELECTION_TIMEOUT / MS);
            cluster.fire("c");
            cluster.settle();
            assertFalse(cluster.raft("c").role() == RaftRole.LEADER);
        }
        cluster.elect("b");
        cluster.propose("b", 100);
        cluster.settle();
        assertEquals(3, cluster.raft("b").commitIndex());
    }

    // ---- 3.6.2, committing entries from previous terms

    @Test
    void section362_figure37_anEarlierTermsEntryIsNotCommittedByCounting() { // also known as "figure 8"
        RaftCluster cluster = new RaftCluster("a", "b", "c", "d", "e");
        cluster.disk("a").log(1, 2).hardState(3, "");
        cluster.disk("b").log(1, 2).hardState(3, "");
        cluster.disk("c").log(1).hardState(3, "");
        cluster.start("a");
        cluster.start("b");
        cluster.start("c");
        cluster.elect("a");
        assertEquals(4, cluster.raft("a").term());

        // (c) of the figure: entry 2 of term 2 is on a majority's disks, and a leads term 4.
        cluster.run(3 * HEARTBEAT / MS);
        assertEquals(2L, cluster.raft("a").matches().get("b"));
        assertEquals(2L, cluster.raft("a").matches().get("c"));
        assertEquals(0, cluster.raft("a").commitIndex(), "it may still be overwritten by (d)");

        // (e): with an entry of its own term all before it is committed.
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(3, cluster.raft("a").commitIndex());
    }
}
