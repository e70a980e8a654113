package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.raft.RaftEffect.ReadReady;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads by lease: Ongaro's thesis, 6.4.1, with promises that outlast a restart and an early election. */
class LeasePaperTest {
    private static final long LEASE = 600;
    private static final long PROMISE = 750;

    private static RaftCluster led() {
        RaftCluster cluster = new RaftCluster("a", "b", "c").leases(LEASE * MS).start();
        cluster.elect("a");
        cluster.propose("a", 100);
        cluster.settle();
        // What the voters promised when they were started has to pass.
        for (int i = 0; i < 20 && cluster.raft("a").commitIndex() == 0; i++) {
            cluster.run(100);
        }
        assertEquals(1, cluster.raft("a").commitIndex());
        cluster.run(200);
        return cluster;
    }

    private static boolean isAnsweredAtOnce(RaftCluster cluster, long id) {
        return only(cluster.read("a", id), ReadReady.class).equals(List.of(new ReadReady(id, 1)));
    }

    @Test
    void withALeaseNobodyIsAsked() {
        RaftCluster cluster = led();
        assertTrue(isAnsweredAtOnce(cluster, 7));
        assertEquals(List.of(), cluster.sent("a", Heartbeat.class));
    }

    @Test
    void itCountsFromTheSendingAndEnds() {
        RaftCluster cluster = led();
        cluster.isolate("a");
        cluster.network.clear();
        cluster.stand(LEASE - 250); // the last round left 200 ms ago at the most
        assertTrue(isAnsweredAtOnce(cluster, 7));
        cluster.stand(260);
        assertTrue(!isAnsweredAtOnce(cluster, 8), "now a round is needed");
    }

    @Test
    void anAnswerThatComesLateDoesNotProlongIt() {
        RaftCluster cluster = led();
        cluster.network.clear();
        cluster.fire("a");
        List<Heartbeat> sent = cluster.sent("a", "b", Heartbeat.class);
        long term = cluster.raft("a").term();
        cluster.network.clear();
        cluster.stand(LEASE + 10);
        cluster.hear("b", "a", new HeartbeatReply(term, sent.get(0).round(), PROMISE * MS, Fitness.PLAIN));
        assertTrue(!isAnsweredAtOnce(cluster, 7), "the heartbeat left longer ago than the lease lasts");
    }

    @Test
    void whoPromisesNothingDoesNotCount() {
        RaftCluster cluster = led();
        cluster.isolate("a");
        cluster.stand(2 * LEASE);
        cluster.fire("a");
        List<Heartbeat> sent = cluster.sent("a", "b", Heartbeat.class);
        long term = cluster.raft("a").term();
        cluster.hear(
                "b", "a", new HeartbeatReply(term, sent.get(sent.size() - 1).round(), 0, Fitness.PLAIN));
        assertTrue(!isAnsweredAtOnce(cluster, 7), "a voter whose setting is another one");
    }

    @Test
    void aVoteTellsWhatIsLeftOfAPromise() {
        RaftCluster cluster = led();
        long term = cluster.raft("b").term();
        cluster.run(100);
        cluster.network.clear();
        cluster.crash("a");
        cluster.step("b", new RaftInput.PeerRefused("a"));
        cluster.stand(50);
        cluster.hear("c", "b", new VoteRequest(term + 1, 1, term));
        List<VoteReply> votes = cluster.sent("b", VoteReply.class);
        assertTrue(votes.get(0).granted());
        long left = votes.get(0).promiseNanos();
        assertTrue(left > (PROMISE - 200) * MS && left <= (PROMISE - 50) * MS, left + " ns are left");
    }

    @Test
    void aRestartedVoterReportsAFullPromise() {
        RaftCluster cluster = led();
        long term = cluster.raft("b").term();
        cluster.crash("a");
        cluster.restart("b");
        cluster.network.clear();
        cluster.hear("c", "b", new VoteRequest(term + 1, 1, term));
        assertEquals(
                List.of(new VoteReply(term + 1, true, PROMISE * MS, PROMISE * MS)), cluster.sent("b", VoteReply.class));
    }

    /** An election that evidence brought about is over before the lease of a leader that still lives. */
    @Test
    void theWinnerCommitsNothingBeforeTheLongestPromiseHasPassed() {
        RaftCluster cluster = led();
        cluster.isolate("a"); // it lives
        cluster.network.clear();
        cluster.step("b", new RaftInput.PeerRefused("a"));
        cluster.step("c", new RaftInput.PeerRefused("a"));
        cluster.run(60);
        TestNode winner = cluster.leader();
        assertTrue(winner != null && !winner.id.equals("a"), "a quick election");
        cluster.propose(winner.id, 50);
        cluster.settle();
        assertEquals(2, winner.raft().lastIndex());
        assertTrue(isAnsweredAtOnce(cluster, 7), "a has its lease still");
        assertEquals(1, winner.raft().commitIndex(), "so nothing else may be acknowledged");
        cluster.run(PROMISE);
        assertEquals(2, winner.raft().commitIndex());
        assertTrue(!isAnsweredAtOnce(cluster, 8));
    }
}
