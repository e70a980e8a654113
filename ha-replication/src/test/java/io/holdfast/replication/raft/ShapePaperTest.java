package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftEffect.AppendConfiguration;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.NotMember;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.VoterPlan.Decision;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A group that grows, shrinks and replaces its voters: chapter 4 of Ongaro's thesis. */
class ShapePaperTest {
    private static final long ROUND = RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS;

    private static List<String> voters(RaftCluster cluster, String of) {
        return cluster.raft(of).configuration().voters().stream()
                .map(Voter::nodeId)
                .sorted()
                .toList();
    }

    private static Decision plan(RaftCluster cluster, ShapeChange change) {
        return cluster.raft(cluster.leader().id).plan(change).decision();
    }

    private static void reshape(RaftCluster cluster, ShapeChange change) {
        assertEquals(Decision.BEGIN, plan(cluster, change), () -> cluster.raft(cluster.leader().id)
                .plan(change)
                .reason());
        cluster.step(cluster.leader().id, new RaftInput.Reshape(change));
    }

    /** Three voters, and one that has joined and caught up. */
    private static RaftCluster withNewcomer(String[] newcomer) {
        RaftCluster cluster = RaftCluster.ledByA();
        newcomer[0] = cluster.join("d", 4);
        cluster.run(4 * ROUND);
        return cluster;
    }

    @Test
    void aNewcomerGetsTheLogAndNoVote() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        assertEquals(List.of("a", "b", "c"), voters(cluster, "a"));
        assertEquals(
                List.of(RaftCluster.voter(d[0])),
                cluster.raft("a").configuration().standby());
        assertFalse(cluster.raft(d[0]).votes());
        assertEquals(cluster.disk("a").forced(), cluster.disk(d[0]).forced());
        // It neither stands nor is counted.
        cluster.crash("a");
        cluster.crash("b");
        cluster.run(10 * ROUND);
        assertTrue(cluster.leader() == null, "c and a node without a vote elect nobody");
    }

    @Test
    void whoDoesNotAskToJoinIsNotTakenIn() {
        RaftCluster cluster = RaftCluster.ledByA();
        Voter stranger = RaftCluster.voter(Voter.id("d", new UUID(7, 4)));
        List<RaftEffect> effects = cluster.hear(stranger.id(), "a", new RaftMessage.Introduction(0, stranger));
        assertEquals(1, only(effects, RaftEffect.NotTakenIn.class).size());
        assertTrue(cluster.raft("a").configuration().standby().isEmpty());
    }

    @Test
    void aLearnerIsCountedNeitherForACommitNorForARead() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.crash("b");
        cluster.crash("c");
        cluster.network.clear();
        long before = cluster.raft("a").commitIndex();
        cluster.propose("a", 40);
        long last = cluster.raft("a").lastIndex();
        cluster.hear(d[0], "a", new AppendAccepted(cluster.raft("a").term(), last, last));
        assertEquals(before, cluster.raft("a").commitIndex());
        cluster.read("a", 9);
        List<RaftEffect> effects =
                cluster.hear(d[0], "a", new HeartbeatReply(cluster.raft("a").term(), 1, 0, Fitness.PLAIN));
        assertTrue(only(effects, RaftEffect.ReadReady.class).isEmpty());
    }

    @Test
    void whoHasJoinedAndCaughtUpIsGivenAVoteByJointConsensus() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        TreeSet<String> kinds = new TreeSet<>();
        cluster.observe((node, input, effects) -> only(effects, AppendConfiguration.class)
                .forEach(effect -> kinds.add(effect.configuration().isJoint() ? "joint" : "decided")));
        reshape(cluster, ShapeChange.add("d"));
        cluster.run(2 * ROUND);
        assertEquals(new TreeSet<>(List.of("decided", "joint")), kinds);
        assertEquals(List.of("a", "b", "c", "d"), voters(cluster, "a"));
        assertTrue(cluster.raft(d[0]).votes());
        assertEquals(Decision.DONE, plan(cluster, ShapeChange.add("d")));
    }

    /** 4.2.1: a voter that still has to fetch the log counts for the quorum and helps nobody. */
    @Test
    void whoHasNotCaughtUpIsWaitedFor() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.isolate(d[0]);
        cluster.run(3 * ROUND);
        assertEquals(Decision.WAIT, plan(cluster, ShapeChange.add("d")));
        assertEquals(Decision.WAIT, plan(cluster, ShapeChange.add("e")), "it has not even joined");
        cluster.step("a", new RaftInput.Reshape(ShapeChange.add("d")));
        assertFalse(cluster.raft("a").configuration().isJoint());
    }

    /** The bug of single changes that Ongaro reported in 2015: the second one before the first commit of a term. */
    @Test
    void nothingChangesBeforeTheFirstCommitOfATerm() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.elect("b");
        assertEquals(RaftRole.LEADER, cluster.raft("b").role());
        cluster.run(ROUND);
        assertEquals(Decision.WAIT, cluster.raft("b").plan(ShapeChange.add("d")).decision());
        assertEquals(
                Decision.WAIT, cluster.raft("b").plan(ShapeChange.remove("c")).decision());
        cluster.propose("b", 30);
        cluster.run(ROUND);
        assertEquals(
                Decision.BEGIN, cluster.raft("b").plan(ShapeChange.remove("c")).decision());
    }

    @Test
    void oneChangeAtATime() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        reshape(cluster, ShapeChange.add("d"));
        assertTrue(cluster.raft("a").configuration().isJoint());
        assertEquals(Decision.WAIT, plan(cluster, ShapeChange.remove("c")));
        long last = cluster.raft("a").lastIndex();
        cluster.step("a", new RaftInput.Reshape(ShapeChange.remove("c")));
        assertEquals(last, cluster.raft("a").lastIndex());
    }

    /** etcd#12136: a joint configuration that nobody leaves when its leader is gone. */
    @Test
    void aJointConfigurationIsLeftAfterAChangeOfLeader() {
        for (int deliveries = 0; deliveries < 40; deliveries++) {
            String[] d = new String[1];
            RaftCluster cluster = withNewcomer(d);
            reshape(cluster, ShapeChange.replace("c", "d"));
            for (int i = 0; i < deliveries && !cluster.network.isEmpty(); i++) {
                cluster.deliver(cluster.network.remove(0));
            }
            cluster.crash("a");
            cluster.run(8 * ROUND);
            TestNode leader = cluster.leader();
            assertTrue(leader != null, "after " + deliveries + " messages nobody leads");
            cluster.propose(leader.id, 71);
            cluster.run(4 * ROUND);
            Configuration now = cluster.raft(leader.id).configuration();
            assertFalse(now.isJoint(), "after " + deliveries + " messages");
            assertEquals(3, now.voters().size());
        }
    }

    /** logcabin#205, and 4.2.3: whoever was removed does not disturb those who stay. */
    @Test
    void whoWasRemovedIsToldAndStandsNoMore() {
        RaftCluster cluster = RaftCluster.ledByA();
        reshape(cluster, ShapeChange.remove("c"));
        cluster.run(ROUND);
        assertEquals(List.of("a", "b"), voters(cluster, "a"));
        cluster.run(ROUND);
        assertFalse(cluster.raft("c").votes());
        assertTrue(cluster.raft("c").isRemoved());
        long term = cluster.raft("a").term();
        cluster.observe((node, input, effects) -> {
            if (node.id.equals("c")) {
                assertTrue(only(effects, RaftEffect.Send.class).stream()
                        .noneMatch(send -> send.message() instanceof PreVoteRequest));
            }
        });
        cluster.run(20 * ROUND);
        assertEquals(term, cluster.raft("a").term());
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
        assertTrue(cluster.raft("a").configuration().standby().isEmpty(), "it does not come back by itself");
    }

    @Test
    void whoWasAwayWhenItWasRemovedIsToldToo() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        cluster.run(3 * ROUND);
        reshape(cluster, ShapeChange.remove("c"));
        cluster.run(3 * ROUND);
        assertTrue(cluster.raft("c").votes(), "it does not know");
        cluster.heal();
        cluster.run(6 * ROUND);
        assertFalse(cluster.raft("c").votes());
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
    }

    /** openraft#2002: the same id, and here the same disk, with a vote that others have counted out. */
    @Test
    void whoWasRemovedComesBackAsALearnerWhenItIsStartedAgain() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        reshape(cluster, ShapeChange.replace("c", "d"));
        cluster.run(2 * ROUND);
        reshape(cluster, ShapeChange.remove("d"));
        cluster.run(2 * ROUND);
        assertTrue(cluster.raft(d[0]).isRemoved());
        cluster.restart(d[0]);
        cluster.linkAll();
        cluster.run(8 * ROUND);
        assertEquals(List.of("a", "b"), voters(cluster, "a"));
        assertEquals(
                List.of(RaftCluster.voter(d[0])),
                cluster.raft("a").configuration().standby());
        assertFalse(cluster.raft(d[0]).votes());
        reshape(cluster, ShapeChange.add("d"));
        cluster.run(2 * ROUND);
        assertTrue(cluster.raft(d[0]).votes());
        assertFalse(cluster.raft(d[0]).isRemoved());
    }

    /** It lost that d has taken c's place; c, which knows it as little, and b must not make it forget what it decided with d. */
    @Test
    void aVoterThatForgotWhoVotesHearsThoseWhoDoBeforeItVotes() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.isolate("c");
        reshape(cluster, ShapeChange.replace("c", "d"));
        cluster.run(2 * ROUND);
        assertEquals(List.of("a", "b", "d"), voters(cluster, "b"));
        cluster.isolate("b");
        cluster.propose("a", 20);
        cluster.run(ROUND);
        long decided = cluster.raft("a").commitIndex();
        assertEquals(cluster.raft("a").lastIndex(), decided);
        assertTrue(decided > cluster.raft("b").lastIndex(), "a and d have decided it");

        cluster.crash("a");
        cluster.crash(d[0]);
        while (cluster.disk("a").forced().size() > 2) {
            cluster.disk("a").loseLastBatch();
        }
        cluster.heal();
        cluster.start("a");
        cluster.linkAll();
        assertEquals(List.of("a", "b", "c"), voters(cluster, "a"), "as it believes");
        cluster.run(20 * ROUND);
        assertTrue(cluster.leader() == null, "a and b, or a and c, could elect one that lacks what was decided");
        cluster.start(d[0]);
        cluster.linkAll();
        cluster.run(20 * ROUND);
        assertEquals(d[0], cluster.leader().id);
        cluster.propose(d[0], 21);
        cluster.run(2 * ROUND);
        assertEquals(cluster.disk(d[0]).forced(), cluster.disk("a").forced());
    }

    /** 4.2.2, and etcd#10563 with two nodes. */
    @Test
    void aLeaderHandsOverBeforeItIsRemoved() {
        RaftCluster cluster = new RaftCluster("a", "b").start();
        cluster.elect("a");
        cluster.propose("a", 20);
        cluster.run(ROUND);
        assertEquals(Decision.GIVE_WAY, plan(cluster, ShapeChange.remove("a")));
        cluster.step("a", new RaftInput.Reshape(ShapeChange.remove("a")));
        assertFalse(cluster.raft("a").configuration().isJoint());
        cluster.step("a", new RaftInput.Transfer(""));
        cluster.run(ROUND);
        assertEquals("b", cluster.leader().id);
        cluster.propose("b", 21);
        cluster.run(ROUND);
        reshape(cluster, ShapeChange.remove("a"));
        cluster.run(2 * ROUND);
        assertEquals(List.of("b"), voters(cluster, "b"));
        cluster.crash("a");
        cluster.propose("b", 22);
        cluster.run(ROUND);
        assertEquals(cluster.raft("b").lastIndex(), cluster.raft("b").commitIndex());
    }

    /** Begins to. */
    private static String replacesTheOnlyVoter(RaftCluster cluster) {
        cluster.run(ROUND);
        cluster.propose("a", 20);
        cluster.run(ROUND);
        String d = cluster.join("d", 4);
        cluster.run(4 * ROUND);
        reshape(cluster, ShapeChange.replace("a", "d"));
        return d;
    }

    private static void servesAlone(RaftCluster cluster, String d) {
        assertEquals(d, cluster.leader().id);
        assertEquals(List.of("d"), voters(cluster, d));
        cluster.crash("a");
        cluster.propose(d, 22);
        cluster.run(ROUND);
        assertEquals(cluster.raft(d).lastIndex(), cluster.raft(d).commitIndex());
    }

    /** 4.2.2: one that cannot hand over leads until its successors have decided without it, and then steps down. */
    @Test
    void aLeaderThatIsReplacedStepsDownWhenThatIsDecided() {
        RaftCluster cluster = new RaftCluster("a").start();
        String d = replacesTheOnlyVoter(cluster);
        cluster.run(6 * ROUND);
        assertNotEquals(RaftRole.LEADER, cluster.raft("a").role());
        assertTrue(cluster.raft("a").isRemoved());
        servesAlone(cluster, d);
    }

    /** 4.2.2, and found by the simulator: nobody but itself has the configuration that it is no part of, so nobody else is elected. */
    @Test
    void whoIsReplacedStandsUntilThatIsDecided() {
        RaftCluster cluster = new RaftCluster("a").start();
        String d = replacesTheOnlyVoter(cluster);
        cluster.deliver(envelope -> cluster.raft("a").configuration().isMember("a"));
        assertEquals(List.of("d"), voters(cluster, "a"));
        assertTrue(cluster.raft(d).configuration().isJoint(), "which is decided");
        assertFalse(cluster.raft("a").isRemoved(), "which is not: nobody but itself has it");
        cluster.crash("a");
        cluster.drop(envelope -> true);
        cluster.start("a");
        cluster.linkAll();
        assertEquals(List.of("d"), voters(cluster, "a"), "it is on its disk");
        assertFalse(cluster.raft("a").votes());
        cluster.run(20 * ROUND);
        assertEquals("a", cluster.leader().id);
        cluster.propose("a", 21);
        cluster.run(20 * ROUND);
        servesAlone(cluster, d);
    }

    /** Whoever is told that it was removed may be stopped for good: not while those who stay may need it. */
    @Test
    void whoIsRemovedIsToldWhenThatIsDecided() {
        RaftCluster cluster = RaftCluster.ledByA();
        reshape(cluster, ShapeChange.remove("c"));
        cluster.deliver(envelope -> cluster.raft("a").configuration().isMember("c"));
        assertFalse(cluster.raft("a").configuration().isJoint(), "it is appended, and b has not got it");
        assertEquals(List.of(), cluster.sent("a", "c", NotMember.class), "the entry may be lost with a");
        assertFalse(cluster.raft("c").isRemoved());
        cluster.settle();
        assertEquals(cluster.raft("a").configurationIndex(), cluster.raft("a").commitIndex());
        assertTrue(cluster.raft("c").isRemoved());
    }

    @Test
    void whoDiesBeforeWhatItRemovedSomebodyByIsDecidedHasToldNobody() {
        RaftCluster cluster = RaftCluster.ledByA();
        reshape(cluster, ShapeChange.remove("c"));
        cluster.deliver(envelope -> cluster.raft("a").configuration().isMember("c"));
        cluster.drop(envelope -> envelope.message() instanceof RaftMessage.AppendRequest);
        cluster.settle();
        cluster.crash("a");
        assertFalse(cluster.raft("c").isRemoved());
        assertTrue(cluster.raft("b").configuration().isJoint(), "it may need c's vote");
        cluster.start("a");
        cluster.linkAll();
        cluster.run(8 * ROUND);
        cluster.propose(cluster.leader().id, 20);
        cluster.run(8 * ROUND);
        assertEquals(List.of("a", "b"), voters(cluster, cluster.leader().id));
        assertTrue(cluster.raft("c").isRemoved(), "whoever leads by now tells it");
    }

    /** 4.2.2: nobody else is elected as long as those who stay have not decided without it. */
    @Test
    void whoLeadsWithoutAVoteIsNotRemovedUntilThatIsDecided() {
        RaftCluster cluster = new RaftCluster("a").start();
        String d = replacesTheOnlyVoter(cluster);
        cluster.deliver(envelope -> cluster.raft("a").configuration().isMember("a"));
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
        assertFalse(cluster.raft("a").isRemoved(), "it leads");
        cluster.drop(envelope -> true);
        cluster.hear(d, "a", new HeartbeatReply(cluster.raft("a").term() + 1, 0));
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        assertFalse(cluster.raft("a").isRemoved(), "it has to lead again");
        cluster.run(20 * ROUND);
        cluster.propose("a", 21);
        cluster.run(20 * ROUND);
        assertTrue(cluster.raft("a").isRemoved());
        servesAlone(cluster, d);
    }

    /** RATIS-2274: a newcomer that fetched a snapshot knows who votes by then, not who voted when it asked. */
    @Test
    void aNewcomerLearnsWhoVotesByASnapshot() {
        RaftCluster cluster = RaftCluster.ledByA();
        reshape(cluster, ShapeChange.remove("c"));
        cluster.run(2 * ROUND);
        cluster.crash("c");
        cluster.snapshot("a");
        cluster.compact("a", cluster.raft("a").commitIndex());
        String d = cluster.join("d", 4);
        cluster.run(8 * ROUND);
        assertEquals(List.of("a", "b"), voters(cluster, d));
        reshape(cluster, ShapeChange.add("d"));
        cluster.run(2 * ROUND);
        cluster.restart(d);
        assertEquals(List.of("a", "b", "d"), voters(cluster, d));
    }

    /**
     * etcd#3699, and found by the simulator: a node that was away while others joined and left knows nobody who leads by now.
     * Whoever it knows passes on that it is there.
     */
    @Test
    void whoKnowsNoMasterIsTakenInByWordOfOthers() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        Voter stranger = RaftCluster.voter(Voter.id("e", new UUID(7, 5)));
        cluster.hear(stranger.id(), "b", new RaftMessage.Introduction(0, stranger, true));
        cluster.run(ROUND);
        assertTrue(cluster.raft("a").configuration().standby().contains(stranger));
        List<RaftEffect> effects =
                cluster.hear("x/" + new UUID(7, 6), "a", new RaftMessage.Stranger(0, RaftCluster.voter("f"), true));
        assertTrue(only(effects, AppendConfiguration.class).isEmpty(), "by word of a stranger nobody is");
    }

    /** Found by the simulator: it was taken in by an entry that was lost with its leader, and nobody sent it anything any more. */
    @Test
    void whoWasTakenInByAnEntryThatWasLostIsTakenInAgain() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.cut("a", "b");
        cluster.cut("a", "c");
        String d = cluster.join("d", 4);
        cluster.run(ROUND / 2);
        assertTrue(cluster.raft(d).configuration().isMember(d), "as a says, whom no majority hears");
        cluster.crash("a");
        cluster.run(6 * ROUND);
        cluster.propose(cluster.leader().id, 30);
        cluster.run(8 * ROUND);
        assertEquals(
                List.of(RaftCluster.voter(d)),
                cluster.raft(cluster.leader().id).configuration().standby());
        assertEquals(cluster.disk(cluster.leader().id).forced(), cluster.disk(d).forced());
    }

    /** A change that needs no joint configuration may be lost until it is decided: nobody is told of it before. */
    @Test
    void whoLeavesWithoutAVoteIsToldWhenThatIsDecided() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.isolate("b");
        cluster.isolate("c");
        cluster.step("a", new RaftInput.Reshape(ShapeChange.remove("d")));
        assertFalse(cluster.raft("a").configuration().isMember(d[0]));
        assertEquals(List.of(), cluster.sent("a", NotMember.class), "the entry may be lost with a");
        cluster.heal();
        cluster.run(2 * ROUND);
        assertTrue(cluster.raft(d[0]).isRemoved());
    }

    @Test
    void whoLeavesByAnEntryThatIsLostHasNotLeft() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.isolate("b");
        cluster.isolate("c");
        cluster.step("a", new RaftInput.Reshape(ShapeChange.remove("d")));
        cluster.settle();
        cluster.crash("a");
        cluster.heal();
        cluster.run(4 * ROUND);
        assertFalse(cluster.raft(d[0]).isRemoved());
        assertTrue(cluster.raft(d[0]).hearsLeader());
    }

    /** It was removed, came back, has a vote again, and has just been restarted: what it was told then comes late. */
    @Test
    void whatIsToldLateDoesNotKeepWhoIsBackFromStanding() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        reshape(cluster, ShapeChange.replace("c", "d"));
        cluster.run(2 * ROUND);
        reshape(cluster, ShapeChange.remove("d"));
        cluster.run(2 * ROUND);
        NotMember told =
                new NotMember(cluster.raft("a").term(), cluster.raft("a").configurationIndex());
        cluster.restart(d[0]);
        cluster.linkAll();
        cluster.run(8 * ROUND);
        reshape(cluster, ShapeChange.add("d"));
        cluster.run(2 * ROUND);
        cluster.restart(d[0]);
        assertTrue(cluster.raft(d[0]).commitIndex() < told.index(), "it does not know yet what is decided");
        cluster.hear("a", d[0], told);
        assertTrue(cluster.raft(d[0]).votes());
    }

    /** Whoever tells it may be unknown to it, and of an earlier term than the one that it has got to by itself. */
    @Test
    void whoWasRemovedIsToldByThoseItHasNeverHeardOf() {
        String[] d = new String[1];
        RaftCluster cluster = withNewcomer(d);
        cluster.crash(d[0]);
        cluster.isolate("c");
        cluster.hear("b", "c", new RaftMessage.VoteRequest(9, 0, 0, true));
        cluster.start(d[0]);
        cluster.linkAll();
        cluster.run(2 * ROUND);
        reshape(cluster, ShapeChange.replace("c", "d"));
        cluster.run(2 * ROUND);
        cluster.elect(d[0]);
        cluster.propose(d[0], 40);
        cluster.run(ROUND);
        assertTrue(cluster.raft(d[0]).term() < cluster.raft("c").term());
        cluster.crash("a");
        cluster.crash("b");
        cluster.heal();
        NotMember told =
                new NotMember(cluster.raft(d[0]).term(), cluster.raft(d[0]).commitIndex());
        cluster.hear(d[0], "c", told);
        assertFalse(cluster.raft("c").votes());
    }

    @Test
    void toldByAnOldMessageAMemberGoesOn() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.hear("a", "c", new NotMember(1, cluster.raft("c").commitIndex()));
        assertTrue(cluster.raft("c").votes());
    }
}
