package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.ELECTION_TIMEOUT;
import static io.holdfast.replication.raft.RaftCluster.HEARTBEAT;
import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.STAGGER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.raft.RaftInput.PeerRefused;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pre-vote (thesis, 9.6), loyalty (4.2.3), check-quorum (6.2), and what this project adds: evidence and pardon. */
class ElectionRulesTest {

    // ---- 9.6, pre-vote

    @Test
    void section96_preVoteRaisesNoTerm() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.isolate("c");

        cluster.run(30_000);
        assertEquals(RaftRole.PRE_CANDIDATE, cluster.raft("c").role());
        assertEquals(term, cluster.raft("c").term());

        cluster.heal();
        cluster.run(1_000);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role(), "its return disturbs nobody");
        assertEquals(term, cluster.raft("a").term());
        assertEquals("a", cluster.raft("c").leader());
    }

    @Test
    void section96_anAnswerToAPreVotePersistsNothing() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.disk("a").manual();
        cluster.hear("b", "a", new PreVoteRequest(2, 0, 0));
        cluster.hear("c", "a", new PreVoteRequest(2, 0, 0));
        assertEquals(
                List.of(new PreVoteReply(2, true), new PreVoteReply(2, true)),
                cluster.sent("a", PreVoteReply.class),
                "it is no vote: both may have it");
        assertEquals(1, cluster.raft("a").term());
        assertEquals(false, cluster.disk("a").saving());
    }

    @Test
    void section96_aRefusalOfALaterTermTeachesThatTerm() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(6, false));
        assertEquals(6, cluster.raft("a").term());
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        cluster.sent("a", PreVoteRequest.class);
        cluster.timeOut("a");
        assertEquals(7, cluster.sent("a", PreVoteRequest.class).get(0).term());
    }

    @Test
    void section96_lateGrantsOfAnotherTermDoNotCount() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").hardState(4, "");
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(4, true));
        cluster.hear("b", "a", new PreVoteReply(6, true));
        assertEquals(RaftRole.PRE_CANDIDATE, cluster.raft("a").role());
        assertEquals(4, cluster.raft("a").term());
    }

    // ---- 4.2.3, disruptive servers

    @Test
    void section423_aVoterThatHearsALeaderIgnoresCandidates() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.network.clear();

        cluster.hear("c", "b", new PreVoteRequest(term + 1, 99, term));
        cluster.hear("c", "b", new VoteRequest(term + 1, 99, term));
        cluster.hear("c", "a", new VoteRequest(term + 1, 99, term));
        assertEquals(List.of(new PreVoteReply(term, false)), cluster.sent("b", PreVoteReply.class));
        assertEquals(List.of(), cluster.sent("b", VoteReply.class));
        assertEquals(List.of(), cluster.sent("a", VoteReply.class));
        assertEquals(term, cluster.raft("b").term());
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());

        cluster.stand(ELECTION_TIMEOUT / MS); // b hears a no more
        cluster.hear("c", "b", new VoteRequest(term + 1, 99, term));
        assertEquals(List.of(new VoteReply(term + 1, true)), cluster.sent("b", VoteReply.class));
    }

    // ---- 6.2, check-quorum

    @Test
    void section62_aLeaderThatHearsNoMajorityStepsDown() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.isolate("a");

        cluster.run(2 * ELECTION_TIMEOUT / MS);

        assertEquals(RaftRole.FOLLOWER, roleBelowCandidate(cluster.raft("a").role()));
        assertEquals("", cluster.raft("a").leader());
        assertEquals(term, cluster.raft("a").term(), "stepping down is no new term");
        assertEquals("a", cluster.disk("a").votedFor(), "nor a new vote");
        cluster.network.clear();
        cluster.hear("b", "a", new VoteRequest(term, 99, term));
        assertEquals(List.of(new VoteReply(term, false)), cluster.sent("a", VoteReply.class));
    }

    private static RaftRole roleBelowCandidate(RaftRole role) {
        return role == RaftRole.PRE_CANDIDATE ? RaftRole.FOLLOWER : role;
    }

    @Test
    void section62_oneOfTwoFollowersIsEnough() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        cluster.run(20_000);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    @Test
    void section62_aLeaderThatIsHeardButHearsNobodyIsReplaced() { // one-way loss
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.cut("b", "a");
        cluster.cut("c", "a");
        cluster.run(6 * ELECTION_TIMEOUT / MS);
        assertNotEquals("a", cluster.leader().id);
        assertTrue(cluster.leader().raft().term() > term);
    }

    // ---- evidence

    @Test
    void evidenceStartsAPreVoteAtOnceByRank() {
        RaftCluster cluster = RaftCluster.ledByA();
        long refusedAt = cluster.now();
        cluster.crash("a");
        cluster.step("b", new PeerRefused("a"));
        cluster.step("c", new PeerRefused("a"));
        assertEquals(refusedAt, cluster.node("b").timerAtNanos);
        assertEquals(refusedAt + STAGGER, cluster.node("c").timerAtNanos);

        cluster.run(0);
        assertEquals("b", cluster.leader().id, "at once");
        assertEquals(refusedAt, cluster.now());
    }

    @Test
    void evidenceAgainstAnotherThanTheLeaderMeansNothing() {
        RaftCluster cluster = RaftCluster.ledByA();
        long timer = cluster.node("b").timerAtNanos;
        cluster.step("b", new PeerRefused("c"));
        cluster.step("a", new PeerRefused("c"));
        assertEquals(timer, cluster.node("b").timerAtNanos);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    @Test
    void evidenceCountsForItsVoterAlone() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.crash("a");
        cluster.step("b", new PeerRefused("a"));

        // c has none of its own: for it the leader may live.
        cluster.run(500);
        assertEquals(null, cluster.leader());
        assertEquals(term, cluster.raft("b").term(), "asking again and again raises no term");

        cluster.step("c", new PeerRefused("a"));
        cluster.run(5 * STAGGER / MS);
        assertTrue(cluster.leader().raft().term() > term);
    }

    @Test
    void withoutEvidenceOfTheirOwnOthersGrantAfterTheTimeOut() {
        RaftCluster cluster = RaftCluster.ledByA();
        long heardAt = cluster.now();
        cluster.crash("a");
        cluster.step("b", new PeerRefused("a"));
        cluster.run((ELECTION_TIMEOUT + 10 * STAGGER) / MS);
        assertEquals("b", cluster.leader().id);
        assertTrue(cluster.now() - heardAt < ELECTION_TIMEOUT + HEARTBEAT + 10 * STAGGER);
    }

    @Test
    void aLeaderThatIsHeardAgainIsNoLongerDead() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        cluster.step("c", new PeerRefused("a"));
        cluster.hear("a", "c", new Heartbeat(term, 1, 1, 99));
        cluster.hear("b", "c", new PreVoteRequest(term + 1, 9, term));
        assertEquals(List.of(new PreVoteReply(term, false)), cluster.sent("c", PreVoteReply.class));
        cluster.sent("c", HeartbeatReply.class);
        cluster.run(2 * STAGGER / MS);
        assertEquals(RaftRole.FOLLOWER, cluster.raft("c").role());
    }

    @Test
    void evidenceRepeatedPostponesNothing() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.crash("a");
        cluster.step("c", new PeerRefused("a"));
        long due = cluster.node("c").timerAtNanos;
        cluster.stand(STAGGER / MS / 2);
        cluster.step("c", new PeerRefused("a"));
        assertEquals(due, cluster.node("c").timerAtNanos);
    }

    // ---- a pause of this node is no silence of the others

    @Test
    void aLateTimerIsExcusedOnceAndNotForEver() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.crash("a");
        cluster.crash("c");

        cluster.stand(10_000);
        cluster.fire("b");
        assertEquals(RaftRole.FOLLOWER, cluster.raft("b").role(), "it stood still: what was sent may still wait");
        assertEquals(cluster.now() + HEARTBEAT, cluster.node("b").timerAtNanos);

        cluster.stand(10_000);
        cluster.fire("b");
        assertEquals(RaftRole.PRE_CANDIDATE, cluster.raft("b").role(), "but not for ever");
    }

    @Test
    void aPausedFollowerReadsItsLeadersWordFirst() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.node("b").paused = true;
        cluster.run(10_000);
        cluster.node("b").paused = false;
        cluster.fire("b");
        cluster.settle();
        cluster.run(1_000);
        assertEquals("a", cluster.raft("b").leader());
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    @Test
    void aPausedLeaderIsGivenOneHeartbeatsTimeToHearItsMajority() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.stand(5_000);
        cluster.fire("a");
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());

        // Nobody answers: its next timers are on time, and it steps down.
        cluster.network.clear();
        cluster.isolate("a");
        long wokeAt = cluster.now();
        for (int i = 0; i < 10 && cluster.raft("a").role() == RaftRole.LEADER; i++) {
            cluster.fire("a");
        }
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        assertTrue(cluster.now() - wokeAt <= 2 * HEARTBEAT, "once");
    }

    // ---- slow disks

    @Test
    void aSlowForceOfItsOwnVoteIsNoLostElection() { // the candidate's side of RATIS-980
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.fire("a");
        cluster.hear("b", "a", new PreVoteReply(2, true));
        cluster.network.clear();

        cluster.run(10_000); // far longer than any election takes
        assertEquals(2, cluster.raft("a").term());
        cluster.stand((cluster.node("a").timerAtNanos - cluster.now()) / MS - 1);
        cluster.save("a");
        assertEquals(2, cluster.sent("a", VoteRequest.class).size());
        cluster.fire("a");
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role(), "the others' disks have their time, too");
        cluster.hear("c", "a", new VoteReply(2, true));
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    @Test
    void aDeniedCandidatePostponesNoElection() { // RATIS-980
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1);
        cluster.start("a");
        long timer = cluster.node("a").timerAtNanos;
        cluster.stand(500);
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        cluster.fire("a");
        assertEquals(timer, cluster.now());
        assertEquals(RaftRole.PRE_CANDIDATE, cluster.raft("a").role());
    }
}
