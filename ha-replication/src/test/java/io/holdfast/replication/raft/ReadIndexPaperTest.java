package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.ELECTION_TIMEOUT;
import static io.holdfast.replication.raft.RaftCluster.HEARTBEAT;
import static io.holdfast.replication.raft.RaftCluster.MS;
import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.raft.RaftEffect.ReadFailed;
import io.holdfast.replication.raft.RaftEffect.ReadReady;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.ReadIndexReply;
import io.holdfast.replication.raft.RaftMessage.ReadIndexRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Linearizable reads without a log write: section 6.4 of Ongaro's thesis. */
class ReadIndexPaperTest {

    /** All reads that become ready anywhere from now on. */
    private static List<ReadReady> watch(RaftCluster cluster) {
        List<ReadReady> ready = new ArrayList<>();
        cluster.observe((node, input, effects) -> ready.addAll(only(effects, ReadReady.class)));
        return ready;
    }

    @Test
    void section64_aReadNeedsARoundSentAfterIt() {
        RaftCluster cluster = RaftCluster.ledByA();
        List<ReadReady> ready = watch(cluster);
        cluster.fire("a");
        List<Heartbeat> before = cluster.sent("a", Heartbeat.class);

        cluster.read("a", 7);
        cluster.hear(
                "b", "a", new HeartbeatReply(before.get(0).term(), before.get(0).round()));
        cluster.hear(
                "c", "a", new HeartbeatReply(before.get(0).term(), before.get(0).round()));
        assertEquals(List.of(), ready, "that round was sent before the read");

        Heartbeat after = cluster.sent("a", Heartbeat.class).get(0);
        cluster.hear("b", "a", new HeartbeatReply(after.term(), after.round()));
        assertEquals(List.of(new ReadReady(7, 1)), ready);
    }

    @Test
    void section64_delayedAndDuplicatedRepliesConfirmNothingNewer() { // etcd#20418, etcd-io/raft#397
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.read("a", 1);
        List<Heartbeat> first = cluster.sent("a", "b", Heartbeat.class);
        HeartbeatReply reply =
                new HeartbeatReply(first.get(0).term(), first.get(0).round());
        cluster.hear("b", "a", reply);

        List<ReadReady> ready = watch(cluster);
        cluster.read("a", 2);
        cluster.hear("b", "a", reply);
        cluster.hear("b", "a", reply);
        cluster.hear("c", "a", reply);
        cluster.hear("c", "a", new AppendAccepted(reply.term(), 1, 1));
        assertEquals(List.of(), ready);

        cluster.settle();
        assertEquals(List.of(new ReadReady(2, 1)), ready);
    }

    @Test
    void section64_aRoundNobodyWasAskedIsRefused() {
        RaftCluster cluster = RaftCluster.ledByA();
        HeartbeatReply invented = new HeartbeatReply(cluster.raft("a").term(), 1_000_000);
        assertThrows(MalformedFrameException.class, () -> cluster.hear("b", "a", invented));
        List<ReadReady> ready = watch(cluster);
        cluster.read("a", 3);
        assertEquals(List.of(), ready);
    }

    @Test
    void section64_noReadBeforeTheFirstCommitOfTheTerm() { // redisraft#22
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.deliver(envelope -> envelope.to().equals("b"));
        cluster.deliver(envelope -> envelope.from().equals("b"));
        assertEquals(2, cluster.raft("a").commitIndex());
        assertEquals(1, cluster.raft("b").commitIndex(), "b has entry 2, but not that it is committed");
        cluster.crash("a");
        cluster.elect("b");

        List<ReadReady> ready = watch(cluster);
        cluster.read("b", 5);
        cluster.run(5 * HEARTBEAT / MS);
        assertEquals(List.of(), ready, "it would miss entry 2");

        cluster.propose("b", 100);
        cluster.settle();
        assertEquals(List.of(new ReadReady(5, 3)), ready);
    }

    @Test
    void section64_anOldLeaderInAPartitionAnswersNothing() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("a");
        List<ReadReady> ready = watch(cluster);
        List<ReadFailed> failed = new ArrayList<>();
        cluster.observe((node, input, effects) -> failed.addAll(only(effects, ReadFailed.class)));

        cluster.read("a", 5);
        cluster.run(3 * ELECTION_TIMEOUT / MS);
        cluster.leader();
        assertEquals(List.of(), ready);
        assertEquals(List.of(new ReadFailed(5)), failed, "it is told so when the leader steps down");
        cluster.heal();
        cluster.run(3 * ELECTION_TIMEOUT / MS);
        assertEquals(List.of(), ready);
    }

    @Test
    void section64_aDeposedLeaderFailsItsReads() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.read("a", 5);
        List<RaftEffect> effects =
                cluster.hear("b", "a", new HeartbeatReply(cluster.raft("a").term() + 1, 1));
        assertEquals(List.of(new ReadFailed(5)), only(effects, ReadFailed.class));
    }

    @Test
    void section64_aFollowerAsksItsLeader() {
        RaftCluster cluster = RaftCluster.ledByA();
        List<ReadReady> ready = watch(cluster);
        cluster.read("b", 9);
        cluster.deliver(envelope -> envelope.message() instanceof ReadIndexRequest);
        assertEquals(List.of(), cluster.sent("a", ReadIndexReply.class), "not before a round");
        cluster.settle();
        assertEquals(List.of(new ReadReady(9, 1)), ready);
    }

    @Test
    void section64_withoutALeaderAReadFailsAtOnce() {
        RaftCluster cluster = new RaftCluster("a", "b", "c").start();
        assertEquals(List.of(new ReadFailed(1)), only(cluster.read("a", 1), ReadFailed.class));
    }

    @Test
    void section64_readsOfOneStepShareOneRound() {
        RaftCluster cluster = RaftCluster.ledByA();
        List<ReadReady> ready = watch(cluster);
        cluster.step("a", new RaftInput.ReadRequested(List.of(1L, 2L, 3L)));
        assertEquals(
                2,
                cluster.network.stream()
                        .filter(envelope -> envelope.message() instanceof Heartbeat)
                        .count(),
                "one for each follower");
        cluster.settle();
        assertEquals(List.of(new ReadReady(1, 1), new ReadReady(2, 1), new ReadReady(3, 1)), ready);
    }
}
