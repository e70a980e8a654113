package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.raft.RaftEffect.AppendProposed;
import io.holdfast.replication.raft.RaftEffect.MasterExtended;
import io.holdfast.replication.raft.RaftEffect.MasterGranted;
import io.holdfast.replication.raft.RaftInput.FitnessChanged;
import io.holdfast.replication.raft.RaftInput.StorageStalled;
import io.holdfast.replication.raft.RaftInput.Transfer;
import io.holdfast.replication.raft.RaftMessage.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Leadership transfer (Ongaro's thesis, 3.10), and when a leader may act as the only master. */
class TransferPaperTest {
    private static final long LEASE = 600;
    private static final long PROMISE = 750;
    private static final long STOP_WITHIN = 400;

    private final Map<Long, String> granted = new TreeMap<>();
    private final Map<Long, Long> grantedAt = new TreeMap<>();
    private final Map<Long, Long> grantedUntil = new TreeMap<>();
    private final List<String> wanted = new ArrayList<>();

    private RaftCluster started(String... ids) {
        RaftCluster cluster = new RaftCluster(ids).leases(LEASE * MS).stopWithin(STOP_WITHIN * MS);
        cluster.observe((node, input, effects) -> {
            only(effects, MasterGranted.class).forEach(grant -> {
                assertEquals(null, granted.put(grant.term(), node.id), "twice in a term");
                grantedAt.put(grant.term(), cluster.now());
                grantedUntil.put(grant.term(), grant.untilNanos());
            });
            only(effects, MasterExtended.class)
                    .forEach(grant -> grantedUntil.merge(grant.term(), grant.untilNanos(), Math::max));
            only(effects, RaftEffect.HandOverWanted.class).forEach(wish -> wanted.add(wish.to()));
        });
        return cluster.start();
    }

    private RaftCluster led() {
        RaftCluster cluster = started("a", "b", "c");
        cluster.elect("a");
        cluster.propose("a", 100);
        cluster.settle();
        cluster.run(200);
        assertEquals(1, cluster.raft("a").commitIndex());
        return cluster;
    }

    /** What the driver does: a new master's first entry is empty. */
    private static void firstEntry(RaftCluster cluster, String id) {
        cluster.propose(id, 10);
        cluster.settle();
    }

    @Test
    void theFirstMasterOfANewClusterWaitsForNobody() {
        RaftCluster cluster = led();
        assertEquals("a", granted.get(cluster.raft("a").term()));
    }

    @Test
    void aGrantComesAfterACommitOfItsTermOnly() {
        RaftCluster cluster = started("a", "b", "c");
        cluster.elect("a");
        cluster.run(200);
        assertEquals(Map.of(), granted);
        firstEntry(cluster, "a");
        assertEquals("a", granted.get(cluster.raft("a").term()));
    }

    @Test
    void section310_theTargetStandsAtOnceAndActsAtOnce() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        long began = cluster.now();
        cluster.step("a", new Transfer("c"));
        cluster.settle();
        assertEquals("c", cluster.leader().id);
        assertEquals(term + 1, cluster.raft("c").term());
        firstEntry(cluster, "c");
        cluster.run(100);
        assertEquals("c", granted.get(term + 1));
        assertTrue(
                grantedAt.get(term + 1) - began <= 100 * MS, "the old master has ended acting: nobody is waited for");
    }

    @Test
    void section310_theLogIsBroughtToItsEndFirstAndNoMoreIsTakenIn() {
        RaftCluster cluster = led();
        cluster.propose("a", 100);
        cluster.step("a", new Transfer("c"));
        assertEquals(List.of(), cluster.sent("a", TimeoutNow.class), "c's disk does not have it yet");
        assertEquals(List.of(), only(cluster.propose("a", 100), AppendProposed.class));
        cluster.settle();
        assertEquals("c", cluster.leader().id);
        assertEquals(2, cluster.raft("c").lastIndex());
    }

    @Test
    void withoutAWishTheFittestFollows() {
        RaftCluster cluster = led();
        cluster.step("b", new FitnessChanged(new Fitness(1, 50)));
        cluster.step("c", new FitnessChanged(new Fitness(0, -5)));
        cluster.run(200);
        cluster.step("a", new Transfer(""));
        cluster.settle();
        assertEquals("c", cluster.leader().id);
    }

    @Test
    void aTargetThatDiesLeavesTheOldOneLeadingInAnotherTerm() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        cluster.step("a", new Transfer("c"));
        cluster.crash("c");
        cluster.run(1_200);
        assertEquals("a", cluster.leader().id);
        firstEntry(cluster, "a");
        cluster.run(200);
        assertTrue(cluster.raft("a").term() > term);
        assertEquals("a", granted.get(cluster.raft("a").term()));
    }

    @Test
    void aLoneNodeRenewsItsTerm() {
        RaftCluster cluster = started("a");
        cluster.run(100);
        firstEntry(cluster, "a");
        cluster.run(100);
        long term = cluster.raft("a").term();
        assertEquals("a", granted.get(term));
        cluster.step("a", new Transfer(""));
        cluster.settle();
        firstEntry(cluster, "a");
        cluster.run(100);
        assertEquals(term + 1, cluster.raft("a").term());
        assertEquals("a", granted.get(term + 1));
    }

    @Test
    void aMasterThatHasGivenItsLeaseUpIsNotGrantedItAgainInTheTerm() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        long until = grantedUntil.get(term);
        cluster.isolate("c");
        cluster.isolate("b");
        cluster.step("a", new Transfer("c"));
        cluster.run(500);
        assertEquals(until, grantedUntil.get(term));
    }

    /** A death: the successor waits for the lease, the drift and the callbacks of a master that may live. */
    @Test
    void inDisorderThePromisesAndTheTimeForStoppingPassFirst() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        cluster.isolate("a");
        cluster.network.clear();
        cluster.step("b", new RaftInput.PeerRefused("a"));
        cluster.step("c", new RaftInput.PeerRefused("a"));
        cluster.run(60);
        TestNode winner = cluster.leader();
        firstEntry(cluster, winner.id);
        long next = winner.raft().term();
        assertTrue(next > term);
        cluster.run(PROMISE + STOP_WITHIN * 5 / 4 + 200);
        assertEquals(winner.id, granted.get(next));
        long gap = grantedAt.get(next) - grantedUntil.get(term);
        assertTrue(gap >= STOP_WITHIN * MS, "only " + gap / MS + " ms after the old lease");
    }

    @Test
    void afterALongSilenceThereIsNothingLeftToWaitFor() {
        RaftCluster cluster = led();
        cluster.isolate("a");
        cluster.network.clear();
        cluster.run(6_000);
        TestNode winner = cluster.leader();
        firstEntry(cluster, winner.id);
        long term = winner.raft().term();
        cluster.run(200);
        assertEquals(winner.id, granted.get(term));
    }

    /** The first successor gives way in good order before it has waited for the master that died: the second goes on waiting. */
    @Test
    void anOrderlyTransferHandsOnWhatIsLeftToWait() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        cluster.isolate("a");
        cluster.network.clear();
        cluster.step("b", new RaftInput.PeerRefused("a"));
        cluster.step("c", new RaftInput.PeerRefused("a"));
        cluster.run(60);
        TestNode winner = cluster.leader();
        firstEntry(cluster, winner.id);
        String other = winner.id.equals("b") ? "c" : "b";
        cluster.step(winner.id, new Transfer(other));
        cluster.settle();
        assertEquals(other, cluster.leader().id);
        firstEntry(cluster, other);
        long last = cluster.raft(other).term();
        assertFalse(granted.containsKey(last));
        cluster.run(PROMISE + STOP_WITHIN * 5 / 4 + 200);
        assertEquals(other, granted.get(last));
        assertTrue(grantedAt.get(last) - grantedUntil.get(term) >= STOP_WITHIN * MS);
    }

    /** What it counted for its lease it tells whoever it votes for. */
    @Test
    void aDeposedLeadersVoteTellsOfItsOwnLease() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        cluster.isolate("b");
        cluster.run(5_000); // b's promise is long over
        cluster.isolate("c");
        cluster.run(1_600); // a, whom nobody answers, steps down
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        cluster.network.clear();
        cluster.hear("b", "a", new RaftMessage.VoteRequest(term + 7, 1, term));
        List<RaftMessage.VoteReply> votes = cluster.sent("a", RaftMessage.VoteReply.class);
        assertTrue(votes.get(0).granted());
        assertTrue(votes.get(0).promiseNanos() > -1_600 * MS, votes.toString());
    }

    @Test
    void aMasterThatCannotWriteIsFollowedAtOnceButItsCallbacksAreWaitedFor() {
        RaftCluster cluster = led();
        long term = cluster.raft("a").term();
        long began = cluster.now();
        cluster.step("a", new StorageStalled(true));
        cluster.settle();
        TestNode next = cluster.leader();
        assertTrue(next != null && !next.id.equals("a") && cluster.now() == began, "no time-out was waited for");
        firstEntry(cluster, next.id);
        long nextTerm = next.raft().term();
        cluster.run(PROMISE + STOP_WITHIN * 5 / 4 + 200);
        assertTrue(grantedAt.get(nextTerm) - grantedUntil.get(term) >= STOP_WITHIN * MS);
    }

    @Test
    void aLeaderGivesWayToAHealthierVoterAndNotBackAtOnce() {
        RaftCluster cluster = led();
        cluster.run(4_000);
        cluster.step("a", new FitnessChanged(new Fitness(Fitness.DOWN, 0)));
        cluster.step("b", new FitnessChanged(new Fitness(1, 0)));
        cluster.run(500);
        assertEquals(List.of(), wanted, "it has to last");
        cluster.run(1_500);
        assertEquals(List.of("c"), wanted);
        cluster.step("a", new Transfer("c"));
        cluster.settle();
        firstEntry(cluster, "c");
        cluster.step("a", new FitnessChanged(Fitness.PLAIN));
        cluster.step("c", new FitnessChanged(new Fitness(1, 0)));
        cluster.run(10_000);
        assertEquals(List.of("c"), wanted, "for a degraded one it takes thirty election time-outs");
        cluster.run(25_000);
        assertEquals(List.of("c", "a"), wanted);
    }

    @Test
    void aPreferredVoterIsGivenLeadershipAfterAWhile() {
        RaftCluster cluster = led();
        cluster.step("b", new FitnessChanged(new Fitness(0, 7)));
        cluster.run(20_000);
        assertEquals(List.of(), wanted);
        cluster.run(15_000);
        assertEquals(List.of("b"), wanted);
    }

    @Test
    void nobodyGivesWayToWhoIsBehindOrUnheard() {
        RaftCluster cluster = led();
        cluster.step("b", new FitnessChanged(new Fitness(0, 7)));
        cluster.run(200);
        cluster.isolate("b");
        cluster.run(60_000);
        assertEquals(List.of(), wanted);
    }
}
