package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.raft.RaftEffect.MasterExtended;
import io.holdfast.replication.raft.RaftEffect.MasterGranted;
import io.holdfast.replication.raft.RaftInput.PeerRefused;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Voters whose settings differ, as while a change of {@code stopWithin} is rolled out: who waits for a master waits for as long as
 * that one may take, and not for as long as it would take itself.
 */
class StopWithinPaperTest {
    private static final long LEASE = 600;
    private static final long PROMISE = 750;
    private static final long LONG = 8_000;
    private static final long SHORT = 400;

    private final Map<Long, Long> grantedAt = new TreeMap<>();
    private final Map<Long, Long> grantedUntil = new TreeMap<>();

    /** Led and held by {@code a}. */
    private RaftCluster led(long stopOfA, long stopOfOthers, String... ids) {
        RaftCluster cluster = new RaftCluster(ids)
                .leases(LEASE * MS)
                .stopWithin(stopOfOthers * MS)
                .stopWithin("a", stopOfA * MS);
        cluster.observe((node, input, effects) -> {
            only(effects, MasterGranted.class).forEach(grant -> {
                grantedAt.put(grant.term(), cluster.now());
                grantedUntil.put(grant.term(), grant.untilNanos());
            });
            only(effects, MasterExtended.class)
                    .forEach(grant -> grantedUntil.merge(grant.term(), grant.untilNanos(), Math::max));
        });
        cluster.start();
        cluster.elect("a");
        firstEntry(cluster, "a");
        // These nodes begin with a term, as if started anew: each has to take an earlier master to be set as it is
        // itself.
        for (int i = 0; i < 40 && !grantedAt.containsKey(cluster.raft("a").term()); i++) {
            cluster.run(500);
        }
        assertTrue(grantedAt.containsKey(cluster.raft("a").term()));
        cluster.run(300);
        return cluster;
    }

    private static void firstEntry(RaftCluster cluster, String id) {
        cluster.propose(id, 10);
        cluster.settle();
    }

    private static void cutOff(RaftCluster cluster, String id) {
        cluster.isolate(id);
        cluster.network.clear();
    }

    /** Another one than these leads, whose last cannot be reached. */
    private static TestNode succeed(RaftCluster cluster, String... old) {
        List<String> gone = List.of(old);
        for (TestNode node : cluster.nodes()) {
            if (!gone.contains(node.id) && node.running()) {
                cluster.step(node.id, new PeerRefused(old[old.length - 1]));
            }
        }
        TestNode next = cluster.leader();
        for (int i = 0; i < 100 && (next == null || gone.contains(next.id)); i++) {
            cluster.run(100);
            next = cluster.leader();
        }
        assertTrue(next != null && !gone.contains(next.id));
        firstEntry(cluster, next.id);
        return next;
    }

    private void assertWaits(RaftCluster cluster, TestNode next, long oldTerm, long stopWithin) {
        long term = next.raft().term();
        cluster.run(PROMISE + stopWithin * 5 / 4 + 1_500);
        assertTrue(grantedAt.containsKey(term), "it waits for ever");
        long gap = grantedAt.get(term) - grantedUntil.get(oldTerm);
        assertTrue(gap >= stopWithin * MS, "only " + gap / MS + " ms after the old lease");
    }

    @Test
    void theWinnerWaitsForAsLongAsTheOldMasterMayTake() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c");
        long term = cluster.raft("a").term();
        cutOff(cluster, "a");
        assertWaits(cluster, succeed(cluster, "a"), term, LONG);
    }

    @Test
    void andNoLongerThanThat() {
        RaftCluster cluster = led(SHORT, LONG, "a", "b", "c");
        long term = cluster.raft("a").term();
        cutOff(cluster, "a");
        assertWaits(cluster, succeed(cluster, "a"), term, SHORT);
    }

    /** All who heard the old master have been started anew since, as in the middle of a rolling change. */
    @Test
    void aRestartDoesNotForgetIt() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c");
        long term = cluster.raft("a").term();
        cutOff(cluster, "a");
        cluster.restart("b");
        cluster.restart("c");
        assertWaits(cluster, succeed(cluster, "a"), term, LONG);
    }

    /** The successor dies before it has waited for the first, and the one after it has to do so in its place. */
    @Test
    void itOutlivesASuccessorThatTellsOfLess() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c", "d", "e");
        long term = cluster.raft("a").term();
        cutOff(cluster, "a");
        TestNode second = succeed(cluster, "a");
        long secondTerm = second.raft().term();
        cluster.run(500);
        cluster.crash(second.id);
        TestNode third = succeed(cluster, "a", second.id);
        assertFalse(grantedAt.containsKey(secondTerm));
        assertWaits(cluster, third, term, LONG);
    }

    /** The same, with a restart of all who are left after they have heard the second. */
    @Test
    void alsoIfThoseWhoHeardBothHaveBeenStartedAnew() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c", "d", "e");
        long term = cluster.raft("a").term();
        cutOff(cluster, "a");
        TestNode second = succeed(cluster, "a");
        cluster.run(500);
        cluster.crash(second.id);
        for (TestNode node : List.copyOf(cluster.nodes())) {
            if (node.running() && !node.id.equals("a")) {
                cluster.restart(node.id);
            }
        }
        assertWaits(cluster, succeed(cluster, "a", second.id), term, LONG);
    }

    @Test
    void whatIsOverIsNotWaitedForAgain() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c", "d", "e");
        cutOff(cluster, "a");
        TestNode second = succeed(cluster, "a");
        cluster.run(PROMISE + LONG * 5 / 4 + 1_000);
        long secondTerm = second.raft().term();
        assertTrue(grantedAt.containsKey(secondTerm));
        for (TestNode node : List.copyOf(cluster.nodes())) {
            if (!node.id.equals("a") && !node.id.equals(second.id)) {
                assertEquals(SHORT * MS, node.disk.masterStopNanos(), node.id + " remembers who counts");
            }
        }
        cluster.crash(second.id);
        long died = cluster.now();
        TestNode third = succeed(cluster, "a", second.id);
        assertWaits(cluster, third, secondTerm, SHORT);
        assertTrue(grantedAt.get(third.raft().term()) - died < LONG * MS);
    }

    /** Who votes next may have been added meanwhile, and have heard nobody but the second. */
    @Test
    void aLeaderThatStillWaitsTellsForHowLong() {
        RaftCluster cluster = led(LONG, SHORT, "a", "b", "c");
        TreeMap<Long, Long> toldAt = new TreeMap<>();
        cluster.observe((node, input, effects) -> only(effects, RaftEffect.Send.class).stream()
                .map(RaftEffect.Send::message)
                .filter(message -> !node.id.equals("a") && message instanceof Heartbeat)
                .forEach(message -> toldAt.put(cluster.now(), ((Heartbeat) message).stopWithinNanos())));
        cutOff(cluster, "a");
        TestNode second = succeed(cluster, "a");
        cluster.run(PROMISE + LONG * 5 / 4 + 1_500);
        long acts = grantedAt.get(second.raft().term());
        toldAt.headMap(acts)
                .forEach((at, told) -> assertTrue(
                        at + PROMISE * MS + told * 5 / 4 + MS >= acts,
                        "told of " + told / MS + " ms, " + (acts - at) / MS + " ms before it acts"));
        assertTrue(toldAt.firstEntry().getValue() > LONG * MS / 2, "it tells of more than its own");
        assertEquals(SHORT * MS, toldAt.lastEntry().getValue(), "it waits no more");
    }

    /** It is on disk before the master may count on it. */
    @Test
    void whatHasToOutlastARestartIsForcedBeforeTheHeartbeatIsAnswered() {
        RaftCluster cluster = led(SHORT, SHORT, "a", "b", "c");
        long term = cluster.raft("a").term();
        cluster.network.clear();
        cluster.disk("b").manual();
        cluster.hear("a", "b", new Heartbeat(term, 1, 1, 100, LONG * MS));
        assertEquals(List.of(), cluster.sent("b", RaftMessage.HeartbeatReply.class));
        cluster.save("b");
        assertEquals(1, cluster.sent("b", RaftMessage.HeartbeatReply.class).size());
        cluster.hear("a", "b", new Heartbeat(term, 1, 1, 101, LONG * MS));
        assertEquals(1, cluster.sent("b", RaftMessage.HeartbeatReply.class).size(), "known by now");
    }

    /** Of a release that does not tell, every node takes its own setting to be the others'. */
    @Test
    void aMasterThatDoesNotTellIsTakenToBeSetAsTheVoter() {
        RaftCluster cluster = led(SHORT, SHORT, "a", "b", "c");
        long term = cluster.raft("a").term();
        cluster.network.clear();
        cluster.hear("a", "b", new Heartbeat(term, 1, 1, 100));
        cluster.stand(1_000);
        cluster.network.clear();
        cluster.hear("c", "b", new VoteRequest(term + 1, 9, term));
        assertEquals(
                List.of(new VoteReply(term + 1, true, (PROMISE - 1_000) * MS, (PROMISE - 1_000 + SHORT * 5 / 4) * MS)),
                cluster.sent("b", VoteReply.class));
    }

    @Test
    void soIsAVoterThatDoesNotTell() {
        RaftCluster cluster = led(SHORT, SHORT, "a", "b", "c");
        long[] round = {0};
        cluster.observe((node, input, effects) -> only(effects, RaftEffect.Send.class).stream()
                .map(RaftEffect.Send::message)
                .filter(Heartbeat.class::isInstance)
                .forEach(message -> round[0] = ((Heartbeat) message).round()));
        cluster.crash("a");
        cluster.crash("c"); // played by the test
        cluster.network.clear();
        cluster.step("b", new PeerRefused("a"));
        cluster.fire("b");
        long next = cluster.raft("b").term() + 1;
        cluster.stand(2_000); // its own promise is over
        cluster.hear("c", "b", new RaftMessage.PreVoteReply(next, true));
        long now = cluster.now();
        cluster.hear("c", "b", new VoteReply(next, true, 100 * MS, VoteReply.UNTOLD));
        cluster.propose("b", 10);
        cluster.hear("c", "b", new RaftMessage.AppendAccepted(next, 2, 2));
        for (int i = 0; i < 40 && !grantedAt.containsKey(next); i++) {
            cluster.hear("c", "b", new RaftMessage.HeartbeatReply(next, round[0], PROMISE * MS, Fitness.PLAIN));
            cluster.run(50);
        }
        assertTrue(grantedAt.get(next) - now >= (100 + SHORT * 5 / 4) * MS);
    }
}
