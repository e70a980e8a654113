package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.raft.RaftEffect.LevelTooHigh;
import io.holdfast.replication.raft.RaftEffect.NotTakenIn;
import io.holdfast.replication.raft.RaftEffect.Send;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.Introduction;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.VoterPlan.Decision;
import io.holdfast.replication.raft.VoterPlan.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log's level: raised when all have said that they support it, and nobody who does not goes on. */
class FeatureLevelTest {
    private static final long ROUND = RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS;
    private static final long BEAT = RaftCluster.HEARTBEAT / RaftCluster.MS;

    private static RaftCluster ledByA(int ofA, int ofB, int ofC) {
        RaftCluster cluster = new RaftCluster("a", "b", "c")
                .supporting("a", ofA)
                .supporting("b", ofB)
                .supporting("c", ofC)
                .start();
        cluster.elect("a");
        cluster.propose("a", 100);
        cluster.settle();
        cluster.run(2 * BEAT);
        return cluster;
    }

    private static Verdict plan(RaftCluster cluster) {
        return cluster.raft("a").plan(ShapeChange.raise());
    }

    private static List<RaftEffect> raise(RaftCluster cluster) {
        return new ArrayList<>(cluster.step("a", new RaftInput.Reshape(ShapeChange.raise())));
    }

    private static int level(RaftCluster cluster, String of) {
        return cluster.raft(of).configuration().level();
    }

    @Test
    void itIsRaisedWhenAllSupportIt() {
        RaftCluster cluster = ledByA(3, 3, 3);
        assertEquals(Decision.BEGIN, plan(cluster).decision(), plan(cluster).reason());
        assertEquals(1, level(cluster, "a"), "nobody raises it unasked");
        raise(cluster);
        cluster.settle();
        cluster.run(2 * BEAT);
        for (String each : List.of("a", "b", "c")) {
            assertEquals(3, level(cluster, each));
        }
        assertEquals(Decision.DONE, plan(cluster).decision(), plan(cluster).reason());
    }

    @Test
    void oneThatSupportsLessIsNamedAndNothingHappens() {
        RaftCluster cluster = ledByA(2, 2, 1);
        Verdict verdict = plan(cluster);
        assertEquals(Decision.REFUSED, verdict.decision());
        assertTrue(verdict.reason().contains("c supports no more than 1"), verdict.reason());
        assertFalse(verdict.reason().contains("b supports"), verdict.reason());
        long last = cluster.raft("a").lastIndex();
        raise(cluster);
        assertEquals(last, cluster.raft("a").lastIndex());
        assertEquals(1, level(cluster, "a"));
    }

    /** The newest release may be anybody's: a master of the older one does not say that there is nothing to do. */
    @Test
    void anOlderMasterKnowsThatOthersAreNewer() {
        RaftCluster cluster = ledByA(1, 2, 2);
        Verdict verdict = plan(cluster);
        assertEquals(Decision.REFUSED, verdict.decision());
        assertTrue(verdict.reason().contains("a supports no more than 1"), verdict.reason());
    }

    @Test
    void oneThatIsAwayIsWaitedForAndThenNamed() {
        RaftCluster cluster = ledByA(2, 2, 2);
        cluster.crash("c");
        cluster.step("a", new RaftInput.PeerDown("c"));
        assertEquals(Decision.WAIT, plan(cluster).decision(), plan(cluster).reason());
        cluster.run(2 * ROUND);
        Verdict verdict = plan(cluster);
        assertEquals(Decision.REFUSED, verdict.decision());
        assertTrue(verdict.reason().contains("not heard") && verdict.reason().contains("c. Start"), verdict.reason());
    }

    /** What an earlier run of a node supported says nothing about the present one. */
    @Test
    void whatWasSaidBeforeTheLinkWasLostDoesNotCount() {
        RaftCluster cluster = ledByA(2, 2, 2);
        assertEquals(3, cluster.raft("a").levels().size());
        cluster.step("a", new RaftInput.PeerDown("b"));
        assertFalse(cluster.raft("a").levels().containsKey("b"));
        assertEquals(Decision.WAIT, plan(cluster).decision(), plan(cluster).reason());
        cluster.run(2 * BEAT);
        assertEquals(Decision.BEGIN, plan(cluster).decision(), plan(cluster).reason());
    }

    @Test
    void whoStandsByCounts() {
        RaftCluster cluster = ledByA(2, 2, 2);
        String d = cluster.join("d", 9);
        cluster.hear(d, "a", new Introduction(0, RaftCluster.voter(d), true, 1));
        cluster.run(4 * ROUND);
        assertTrue(cluster.raft("a").configuration().isMember(d));
        Verdict verdict = plan(cluster);
        assertEquals(Decision.REFUSED, verdict.decision(), verdict.reason());
        assertTrue(verdict.reason().contains("d supports no more than 1"), verdict.reason());
    }

    @Test
    void anOlderNewcomerIsTurnedAway() {
        RaftCluster cluster = ledByA(2, 2, 2);
        raise(cluster);
        cluster.run(2 * BEAT);
        String d = RaftCluster.voter("d/00000000-0000-0007-0000-000000000009").id();
        List<RaftEffect> effects = cluster.hear(d, "a", new Introduction(0, RaftCluster.voter(d), true, 1));
        assertTrue(
                only(effects, NotTakenIn.class).get(0).reason().contains("d supports none above 1"),
                effects.toString());
        assertFalse(cluster.raft("a").configuration().isMember(d));
        cluster.hear(d, "a", new Introduction(0, RaftCluster.voter(d), true, 2));
        assertTrue(cluster.raft("a").configuration().isMember(d));
    }

    /** It was away, and comes back with the release before: it neither stores what it cannot read nor votes any more. */
    @Test
    void anOlderOneStopsBeforeItStoresTheRaise() {
        RaftCluster cluster = ledByA(2, 2, 2);
        cluster.isolate("c");
        // The leader has to believe that c is there.
        cluster.hear("c", "a", new HeartbeatReply(cluster.raft("a").term(), 0, 0, Fitness.PLAIN, 2));
        raise(cluster);
        cluster.settle();
        assertEquals(2, level(cluster, "a"));
        assertEquals(1, level(cluster, "c"));
        long last = cluster.raft("c").lastIndex();
        cluster.crash("c");
        cluster.supporting("c", 1);
        cluster.start("c");
        List<Integer> told = new ArrayList<>();
        List<Send> said = new ArrayList<>();
        cluster.observe((node, input, effects) -> {
            if (node.id.equals("c")) {
                only(effects, LevelTooHigh.class).forEach(effect -> told.add(effect.level()));
                if (!told.isEmpty()) {
                    said.addAll(only(effects, Send.class));
                }
            }
        });
        cluster.heal();
        cluster.linkAll();
        cluster.run(ROUND);
        assertEquals(List.of(2), told, "said once");
        assertEquals(last, cluster.raft("c").lastIndex());
        assertEquals(1, level(cluster, "c"));
        cluster.run(6 * ROUND);
        cluster.hear("b", "c", new PreVoteRequest(99, 99, 99));
        assertEquals(
                List.of(),
                said.stream()
                        .filter(each -> each.message() instanceof AppendAccepted)
                        .toList());
        assertFalse(cluster.node("c").raft().role() != RaftRole.FOLLOWER, "it stands for nothing");
        assertEquals(List.of(), said, "it says nothing any more");
    }

    /** It needs a snapshot, and that one is of a level that it does not support. */
    @Test
    void anOlderOneStopsAtTheSnapshot() {
        RaftCluster cluster = ledByA(2, 2, 1);
        List<RaftEffect> effects = cluster.step(
                "c",
                new RaftInput.SnapshotStored(
                        50, 2, 100, cluster.raft("c").configuration().at(2)));
        assertEquals(2, only(effects, LevelTooHigh.class).get(0).level());
        assertEquals(List.of(), only(effects, RaftEffect.InstallSnapshot.class));
    }

    @Test
    void aChangeOfVotersKeepsTheLevel() {
        RaftCluster cluster = ledByA(2, 2, 2);
        raise(cluster);
        cluster.run(2 * BEAT);
        cluster.step("a", new RaftInput.Reshape(ShapeChange.remove("c")));
        cluster.run(2 * ROUND);
        assertEquals(2, cluster.raft("a").configuration().voters().size());
        assertEquals(2, level(cluster, "a"));
        assertEquals(2, level(cluster, "b"));
    }

    @Test
    void aRaiseThatNobodyElseHasIsTakenBackWithItsLog() {
        RaftCluster cluster = ledByA(2, 2, 2);
        raise(cluster); // its appends are lost
        cluster.network.clear();
        assertEquals(2, level(cluster, "a"));
        cluster.isolate("a");
        cluster.run(6 * ROUND);
        cluster.propose("b", 77);
        cluster.propose("c", 77);
        cluster.run(2 * ROUND);
        cluster.heal();
        cluster.linkAll();
        cluster.run(6 * ROUND);
        assertEquals(1, level(cluster, "a"), "another master's log goes on without it");
        assertEquals(1, level(cluster, "b"));
    }
}
