package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.raft.RaftEffect.DoubtSettled;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.LogStatusReply;
import io.holdfast.replication.raft.RaftMessage.LogStatusRequest;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A voter whose memory may lack what it once promised. */
class DoubtTest {

    /** a runs alone, has entries 1 to 3 of terms 1, 1, 2, and has cut what followed. */
    private static RaftCluster doubtful() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 2, 2).loseLastBatch();
        cluster.start("a");
        return cluster;
    }

    private static boolean grants(RaftCluster cluster, VoteRequest request) {
        cluster.hear("b", "a", new PreVoteRequest(request.term(), request.lastIndex(), request.lastTerm()));
        cluster.hear("b", "a", request);
        boolean preVote = cluster.sent("a", PreVoteReply.class).get(0).granted();
        boolean vote = cluster.sent("a", VoteReply.class).get(0).granted();
        assertEquals(preVote, vote, "a pre-vote promises what the vote keeps");
        return vote;
    }

    @Test
    void aDoubtfulVoterNeitherVotesNorStands() {
        RaftCluster cluster = doubtful();
        assertTrue(cluster.raft("a").doubtful());
        assertFalse(grants(cluster, new VoteRequest(3, 99, 2)));
        cluster.pass(30_000);
        assertEquals(List.of(), cluster.sent("a", PreVoteRequest.class));
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
    }

    @Test
    void itAsksUntilItHasHeardEach() {
        RaftCluster cluster = doubtful();
        assertEquals(2, cluster.sent("a", LogStatusRequest.class).size());
        cluster.hear("b", "a", new LogStatusReply(2, 4, 2, null));
        cluster.pass(1_000);
        assertEquals(List.of(), cluster.sent("a", "b", LogStatusRequest.class));
        assertTrue(cluster.sent("a", "c", LogStatusRequest.class).size() >= 5, "lost questions are asked again");
        cluster.hear("b", "a", new LogStatusReply(2, 4, 2, null));
        assertTrue(cluster.raft("a").doubtful(), "one of two, heard twice");
        cluster.hear("c", "a", new LogStatusReply(2, 3, 2, null));
        assertFalse(cluster.raft("a").doubtful());
        cluster.pass(500);
        assertEquals(List.of(), cluster.sent("a", LogStatusRequest.class));
    }

    @Test
    void onceItHasHeardAllItVotesForNoOlderLog() {
        RaftCluster cluster = doubtful();
        cluster.hear("b", "a", new LogStatusReply(2, 5, 2, null));
        cluster.hear("c", "a", new LogStatusReply(2, 3, 2, null));

        assertFalse(grants(cluster, new VoteRequest(3, 4, 2)), "it may have helped to commit entry 5");
        assertTrue(grants(cluster, new VoteRequest(4, 5, 2)));
        cluster.pass(30_000);
        assertEquals(List.of(), cluster.sent("a", PreVoteRequest.class), "nor does it stand with less");
    }

    @Test
    void inTheTermInWhichDoubtEndsItDoesNotVote() {
        RaftCluster cluster = doubtful();
        cluster.hear("b", "a", new LogStatusReply(6, 3, 2, null));
        cluster.hear("c", "a", new LogStatusReply(2, 3, 2, null));
        assertEquals(6, cluster.raft("a").term());

        cluster.hear("b", "a", new VoteRequest(6, 99, 5));
        assertEquals(List.of(new VoteReply(6, false)), cluster.sent("a", VoteReply.class), "it may have, in term 6");
        cluster.restart("a");
        assertTrue(cluster.raft("a").doubtful(), "a restart settles nothing");
        assertTrue(grants(restarted(cluster), new VoteRequest(7, 99, 5)));
    }

    private static RaftCluster restarted(RaftCluster cluster) {
        cluster.hear("b", "a", new LogStatusReply(6, 3, 2, null));
        cluster.hear("c", "a", new LogStatusReply(6, 3, 2, null));
        return cluster;
    }

    @Test
    void catchingUpWithALeaderEndsDoubt() {
        RaftCluster cluster = doubtful();
        cluster.disk("a").manual();
        cluster.hear("b", "a", new Heartbeat(2, 0, 5, 1));
        cluster.hear("b", "a", new AppendRequest(2, 3, 2, 0, List.of(new BatchMeta(4, 1, 2, 100))));
        cluster.force("a");
        assertTrue(cluster.raft("a").doubtful(), "entry 5 is missing");
        cluster.hear("b", "a", new Heartbeat(2, 0, 9, 2));
        cluster.hear("b", "a", new AppendRequest(2, 4, 2, 0, List.of(new BatchMeta(5, 1, 2, 100))));
        assertTrue(cluster.raft("a").doubtful(), "entry 5 is not on disk");

        assertEquals(List.of(new DoubtSettled()), only(cluster.force("a"), DoubtSettled.class));
        assertFalse(cluster.raft("a").doubtful(), "what came after the restart was never lost");
        cluster.save("a");
        cluster.stand(5_000);
        cluster.hear("c", "a", new VoteRequest(2, 99, 2));
        assertEquals(List.of(new VoteReply(2, false)), cluster.sent("a", VoteReply.class));
    }

    /** Its log was damaged, and a record behind the damage said that entry 7 is committed. */
    @Test
    void noLogThatEndsBeforeWhatIsKnownToBeCommittedCounts() {
        RaftCluster cluster = doubtful();
        cluster.crash("a");
        cluster.disk("a").needed = 7;
        cluster.start("a");
        cluster.hear("b", "a", new LogStatusReply(2, 5, 2, null));
        cluster.hear("c", "a", new LogStatusReply(2, 5, 2, null));
        assertFalse(grants(cluster, new VoteRequest(3, 5, 2)), "all have lost something: better no master than this");
        cluster.pass(30_000);
        assertEquals(List.of(), cluster.sent("a", PreVoteRequest.class));
        assertTrue(grants(cluster, new VoteRequest(4, 7, 2)));
        cluster.hear("c", "a", new Heartbeat(4, 0, 3, 1));
        assertFalse(cluster.disk("a").settled(), "a master with less heals nothing");
    }

    @Test
    void whoForgotItsVoteTakesNoPartUntilItHasHeardAll() {
        // a voted for c in term 3 and forgot it; b, which still leads term 2, must not count on it.
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 2).forgetVote(2);
        cluster.start("a");
        cluster.sent("a", LogStatusRequest.class);
        cluster.hear("b", "a", new Heartbeat(2, 3, 3, 1));
        cluster.hear("b", "a", new AppendRequest(2, 3, 2, 3, List.of(new BatchMeta(4, 1, 2, 100))));
        cluster.stand(5_000);
        cluster.hear("b", "a", new PreVoteRequest(3, 9, 2));
        cluster.hear("b", "a", new VoteRequest(3, 9, 2));
        assertEquals(List.of(), cluster.network, "no vote, no acknowledgement, no answer that confirms a read");
        assertTrue(cluster.raft("a").doubtful());
        assertEquals(3, cluster.raft("a").lastIndex());

        cluster.hear("c", "a", new LogStatusRequest(3));
        assertEquals(
                List.of(new LogStatusReply(2, 3, 2, cluster.base())),
                cluster.sent("a", LogStatusReply.class),
                "but it tells");

        cluster.hear("b", "a", new LogStatusReply(2, 3, 2, null));
        cluster.hear("c", "a", new LogStatusReply(3, 4, 3, null));
        assertFalse(cluster.raft("a").doubtful());
        assertEquals(3, cluster.raft("a").term());
        cluster.hear("b", "a", new VoteRequest(3, 9, 3));
        assertEquals(List.of(new VoteReply(3, false)), cluster.sent("a", VoteReply.class), "it would be its second");
        assertTrue(grants(cluster, new VoteRequest(4, 4, 3)));
    }

    @Test
    void aVoterTellsTheEndOfItsLogForcedOrNot() {
        // a leads and has entry 2 in memory; c acknowledged it, and lost it. When a's disk has it, a counts both.
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("b");
        cluster.disk("a").manual();
        cluster.propose("a", 100);
        cluster.settle();
        cluster.crash("c");
        cluster.disk("c").loseLastBatch();
        cluster.cut("a", "c");
        cluster.start("c");
        cluster.hear("a", "c", replyTo(cluster, "a"));
        cluster.hear("b", "c", replyTo(cluster, "b"));
        assertFalse(cluster.raft("c").doubtful());
        cluster.force("a");
        assertEquals(2, cluster.raft("a").commitIndex());

        cluster.crash("a");
        cluster.heal();
        cluster.run(20_000);
        assertEquals(null, cluster.leader(), "b lacks what is committed, and c knows that there is more");
    }

    private static LogStatusReply replyTo(RaftCluster cluster, String id) {
        cluster.hear("c", id, new LogStatusRequest(1));
        return cluster.sent(id, LogStatusReply.class).get(0);
    }

    @Test
    void theMasterWithADamagedTailDoesNotLoseAWrite() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(2, cluster.raft("a").commitIndex());

        // a's power fails and takes its last batch along, though that was forced; only b has it now.
        cluster.crash("a");
        cluster.disk("a").loseLastBatch();
        cluster.isolate("b");
        cluster.heal();
        cluster.isolate("b");
        cluster.start("a");
        cluster.run(20_000);
        assertEquals(null, cluster.leader(), "a and c could elect c, which lacks entry 2");

        cluster.heal();
        cluster.run(5_000);
        assertEquals("b", cluster.leader().id);
        cluster.propose("b", 100);
        cluster.run(1_000);
        assertEquals(cluster.disk("b").forced(), cluster.disk("a").forced());
        assertFalse(cluster.disk("a").tailCut, "settled");
    }

    @Test
    void aLeaderWithACommitOfItsTermHasSettledItsDoubt() {
        RaftCluster cluster = doubtful();
        cluster.start("b");
        cluster.start("c");
        cluster.settle();
        assertTrue(cluster.disk("a").tailCut);
        cluster.elect("a");
        cluster.propose("a", 100);
        cluster.settle();
        assertFalse(cluster.disk("a").tailCut);
    }

    private static Configuration voters(String... ids) {
        return RaftCluster.configuration(ids);
    }

    /** What a lost may have said that e votes, and not c: then entries that a helped to commit are perhaps on e alone. */
    @Test
    void whoVotesIsWhomTheNewestLogNames() {
        RaftCluster cluster = doubtful();
        cluster.sent("a", LogStatusRequest.class);
        cluster.hear("b", "a", new LogStatusReply(2, 5, 2, voters("a", "b", "e")));
        cluster.hear("c", "a", new LogStatusReply(2, 3, 2, voters("a", "b", "c")));
        assertTrue(cluster.raft("a").doubtful(), "e has not been heard");
        cluster.pass(1_000);
        assertTrue(cluster.sent("a", "e", LogStatusRequest.class).size() > 0);
        cluster.hear("e", "a", new LogStatusReply(2, 7, 2, voters("a", "b", "e")));
        assertFalse(cluster.raft("a").doubtful());
        assertFalse(grants(cluster, new VoteRequest(3, 6, 2)));
        assertTrue(grants(cluster, new VoteRequest(4, 7, 2)));
    }

    @Test
    void whoVotesNoLongerNeedNotBeHeard() {
        RaftCluster cluster = doubtful();
        cluster.hear("b", "a", new LogStatusReply(2, 5, 2, voters("a", "b", "e")));
        cluster.hear("e", "a", new LogStatusReply(2, 5, 2, voters("a", "b", "e")));
        assertFalse(cluster.raft("a").doubtful());
    }

    /** What an older log names has been replaced. */
    @Test
    void whomAnOlderLogNamesIsNotAsked() {
        RaftCluster cluster = doubtful();
        cluster.hear("c", "a", new LogStatusReply(2, 9, 1, voters("a", "x", "y")));
        cluster.hear("b", "a", new LogStatusReply(2, 3, 2, voters("a", "b", "c")));
        assertFalse(cluster.raft("a").doubtful());
        assertTrue(grants(cluster, new VoteRequest(3, 3, 2)), "nor does it matter how long it is");
    }

    /** a voted alone, and b got the log. */
    private static RaftCluster aloneWithALearner() {
        RaftCluster cluster = new RaftCluster(voters("a").withStandby(RaftCluster.voter("b")), "a", "b");
        cluster.disk("a").log(1, 1, 2, 2).loseLastBatch();
        cluster.start("a");
        cluster.run(0);
        return cluster;
    }

    /** An ordinary torn tail: nobody else can have decided anything. */
    @Test
    void whoDecidesAloneHearsTheLearnersAndGoesOn() {
        RaftCluster cluster = aloneWithALearner();
        assertTrue(cluster.raft("a").doubtful(), "b may have been given a vote by what was lost");
        cluster.hear("b", "a", new LogStatusReply(2, 4, 2, cluster.base()));
        cluster.run(5_000);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role(), "what b has besides was decided by nobody");
    }

    @Test
    void aLearnerMayHaveBeenGivenAVoteByWhatWasLost() {
        RaftCluster cluster = aloneWithALearner();
        Configuration joint =
                new Configuration(voters("a", "b").voters(), voters("a").voters(), List.of());
        cluster.hear("b", "a", new LogStatusReply(2, 5, 2, joint));
        assertFalse(cluster.raft("a").doubtful());
        cluster.run(5_000);
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role(), "b may have helped to decide what a has not");
        assertTrue(grants(cluster, new VoteRequest(9, 5, 2)));
    }

    @Test
    void aSingleVoterHasNobodyToAsk() {
        RaftCluster cluster = new RaftCluster("a");
        cluster.disk("a").log(1, 1).loseLastBatch();
        cluster.start("a");
        cluster.run(0);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }
}
