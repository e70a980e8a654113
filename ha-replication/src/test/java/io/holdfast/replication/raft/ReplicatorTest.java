package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.ELECTION_TIMEOUT;
import static io.holdfast.replication.raft.RaftCluster.HEARTBEAT;
import static io.holdfast.replication.raft.RaftCluster.MAX_INFLIGHT_BYTES;
import static io.holdfast.replication.raft.RaftCluster.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftInput.FitnessChanged;
import io.holdfast.replication.raft.RaftInput.PeerDown;
import io.holdfast.replication.raft.RaftInput.PeerUp;
import io.holdfast.replication.raft.RaftInput.SendFailed;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A leader's appends: pipelines, probes, flow control and repair (thesis, 3.5 and 10.2.1). */
class ReplicatorTest {
    private static long bytes(List<AppendRequest> appends) {
        return appends.stream()
                .flatMap(append -> append.batches().stream())
                .mapToLong(BatchMeta::bytes)
                .sum();
    }

    private static long match(RaftCluster cluster, String peer) {
        Long match = cluster.raft("a").matches().get(peer);
        return match == null ? -1 : match;
    }

    @Test
    void appendsArePipelined() {
        RaftCluster cluster = RaftCluster.ledByA();
        for (int i = 0; i < 3; i++) {
            cluster.propose("a", 100);
        }
        List<AppendRequest> sent = cluster.sent("a", "b", AppendRequest.class);
        assertEquals(
                List.of(1L, 2L, 3L), sent.stream().map(AppendRequest::prevIndex).toList(), "no answer waited for");
        sent.forEach(append -> cluster.hear("a", "b", append));
        cluster.settle();
        assertEquals(4, match(cluster, "b"));
    }

    @Test
    void whatIsUnderwayIsBoundedByBytes() {
        RaftCluster cluster = RaftCluster.ledByA();
        for (int i = 0; i < 20; i++) {
            cluster.propose("a", 500);
        }
        List<AppendRequest> sent = cluster.sent("a", "b", AppendRequest.class);
        assertEquals(MAX_INFLIGHT_BYTES, bytes(sent));

        cluster.hear("b", "a", new AppendAccepted(cluster.raft("a").term(), 9, 3));
        assertEquals(1_000, bytes(cluster.sent("a", "b", AppendRequest.class)), "as much as is on disk, not received");
        sent.forEach(append -> cluster.hear("a", "b", append));
        cluster.settle();
    }

    @Test
    void whoIsSilentForThreeHeartbeatsOrSaysItIsDownIsNotSound() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.run(600);
        assertEquals(Set.of("b", "c"), cluster.raft("a").sound());
        cluster.isolate("c");
        cluster.run(600);
        assertEquals(Set.of("b"), cluster.raft("a").sound());
        cluster.heal();
        cluster.run(600);
        cluster.step("b", new FitnessChanged(new Fitness(Fitness.DOWN, 0)));
        cluster.run(600);
        assertEquals(Set.of("c"), cluster.raft("a").sound());
        assertEquals(Set.of(), cluster.raft("b").sound(), "only a leader hears all");
    }

    /** An answer that was under way for seconds, or waited while this node stood still, makes nobody look alive. */
    @Test
    void whoAnsweredLongAgoIsNotSoundWhenTheAnswerArrives() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.run(600);
        cluster.isolate("c");
        cluster.run(3 * RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS);
        long term = cluster.raft("a").term();
        cluster.hear("c", "a", new HeartbeatReply(term, 1, 0, Fitness.PLAIN));
        assertEquals(Set.of("b"), cluster.raft("a").sound());
        assertTrue(cluster.raft("a").silentNanos("c") < RaftCluster.ELECTION_TIMEOUT, "it is heard");
        cluster.heal();
        cluster.run(600);
        assertEquals(Set.of("b", "c"), cluster.raft("a").sound());
    }

    @Test
    void aSlowFollowerCostsTheOthersNothing() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.disk("c").manual();
        for (int i = 0; i < 20; i++) {
            cluster.propose("a", 500);
            cluster.deliver(envelope -> !envelope.to().equals("c"));
        }
        assertEquals(21, cluster.raft("a").commitIndex());
        assertEquals(MAX_INFLIGHT_BYTES, bytes(cluster.sent("a", "c", AppendRequest.class)));
    }

    @Test
    void aBatchLargerThanAnyLimitIsSentAlone() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 9_000);
        cluster.propose("a", 9_000);
        assertEquals(1, cluster.sent("a", "b", AppendRequest.class).size());
        assertEquals(1, cluster.sent("a", "c", AppendRequest.class).size());
    }

    @Test
    void anAppendHoldsSeveralBatchesUpToItsLimit() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        for (int i = 0; i < 12; i++) {
            cluster.propose("a", 300);
            cluster.settle();
        }
        cluster.heal();
        cluster.step("a", new PeerUp("c"));
        assertEquals(
                3, cluster.sent("a", "c", AppendRequest.class).get(0).batches().size());
    }

    @Test
    void aFollowerThatMissedMuchIsBroughtUpToDate() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.crash("c");
        for (int i = 0; i < 50; i++) {
            cluster.propose("a", 300);
            cluster.settle();
        }
        cluster.start("c");
        cluster.step("a", new PeerUp("c"));
        cluster.settle();
        assertEquals(51, match(cluster, "c"));
        cluster.run(HEARTBEAT / MS);
        assertEquals(51, cluster.raft("c").commitIndex());
    }

    /** Of whom nothing is known yet it is not taken that it has nothing: the log may be long. */
    @Test
    void whoIsReachedForTheFirstTimeIsSentWhatItLacksAndNoMore() {
        RaftCluster cluster = RaftCluster.ledByA();
        for (int i = 0; i < 20; i++) {
            cluster.propose("a", 300);
            cluster.settle();
        }
        cluster.crash("c");
        cluster.propose("a", 300);
        cluster.settle();
        cluster.restart("a");
        cluster.elect("a");
        cluster.network.clear();
        cluster.start("c");
        cluster.step("a", new PeerUp("c"));
        List<Long> sent = new ArrayList<>();
        for (List<AppendRequest> some = appends(cluster); !some.isEmpty(); some = appends(cluster)) {
            for (AppendRequest request : some) {
                request.batches().forEach(batch -> sent.add(batch.firstIndex()));
                cluster.hear("a", "c", request);
            }
            cluster.deliver(envelope -> envelope.to().equals("a"));
        }
        assertEquals(List.of(22L), sent);
        assertEquals(cluster.disk("a").forced(), cluster.disk("c").forced());
    }

    private static List<AppendRequest> appends(RaftCluster cluster) {
        return cluster.sent("a", "c", AppendRequest.class);
    }

    @Test
    void aNewLeaderProbesOnceAndWaits() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 1);
        cluster.start();
        cluster.isolate("c");
        cluster.elect("a");
        cluster.network.clear();
        cluster.heal();
        cluster.propose("a", 100);
        cluster.propose("a", 100);
        assertEquals(List.of(), cluster.sent("a", "c", AppendRequest.class), "the probe is on its way");
        cluster.fire("a");
        List<AppendRequest> again = cluster.sent("a", "c", AppendRequest.class);
        assertEquals(1, again.size(), "it was lost: once a heartbeat is enough");
        assertEquals(3, again.get(0).prevIndex());

        cluster.hear("c", "a", new AppendRejected(again.get(0).term(), 3, 1, 1));
        AppendRequest next = cluster.sent("a", "c", AppendRequest.class).get(0);
        assertEquals(1, next.prevIndex(), "where the hint says");
        cluster.hear("c", "a", new AppendRejected(again.get(0).term(), 3, 1, 1));
        assertEquals(List.of(), cluster.sent("a", "c", AppendRequest.class), "a copy of the first answer is no news");
    }

    @Test
    void anAnswerBelowTheProbeDoesNotEndProbing() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 1, 1, 1, 1, 1, 1);
        cluster.start("a");
        cluster.start("b");
        cluster.isolate("c");
        cluster.elect("a");
        cluster.network.clear();

        // c's disk has just forced what an earlier leader sent; of this leader's log it knows nothing yet.
        cluster.hear("c", "a", new AppendAccepted(cluster.raft("a").term(), 0, 0));
        assertEquals(List.of(), cluster.sent("a", "c", AppendRequest.class), "not the whole log from its beginning");
        cluster.hear("c", "a", new AppendAccepted(cluster.raft("a").term(), 8, 7));
        cluster.propose("a", 100);
        assertEquals(8, cluster.sent("a", "c", AppendRequest.class).get(0).prevIndex());
    }

    @Test
    void heartbeatRepliesNeverAdvanceTheMatch() { // RATIS-2605
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.drop(envelope -> envelope.message() instanceof AppendRequest);
        for (int i = 0; i < 5; i++) {
            cluster.fire("a");
            cluster.deliver(envelope ->
                    envelope.message() instanceof Heartbeat || envelope.message() instanceof HeartbeatReply);
            cluster.network.clear();
        }
        assertEquals(1, match(cluster, "b"));
        assertEquals(1, cluster.raft("a").commitIndex());
    }

    @Test
    void lostAppendsAreRepaired() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.drop(envelope -> envelope.message() instanceof AppendRequest);
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(3, cluster.raft("a").commitIndex(), "the next one shows the gap");

        cluster.propose("a", 100);
        cluster.drop(envelope -> envelope.message() instanceof AppendRequest);
        cluster.run((ELECTION_TIMEOUT + 3 * HEARTBEAT) / MS);
        assertEquals(4, cluster.raft("a").commitIndex(), "and silence shows it, too");
    }

    @Test
    void lostAcknowledgementsAreRepaired() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.deliver(envelope -> envelope.message() instanceof AppendRequest);
        cluster.drop(envelope -> envelope.message() instanceof AppendAccepted);
        cluster.run((ELECTION_TIMEOUT + 3 * HEARTBEAT) / MS);
        assertEquals(2, cluster.raft("a").commitIndex());
    }

    @Test
    void lostAppendsAreRepairedWhileReadsPutOffTheHeartbeat() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.step("a", new SendFailed("b"));
        cluster.step("a", new SendFailed("c"));
        cluster.propose("a", 100);
        for (int i = 0; i < 40; i++) {
            cluster.read("a", i); // each asks for a round of heartbeats
            cluster.settle();
            cluster.run(HEARTBEAT / MS / 4);
        }
        assertEquals(2, cluster.raft("a").commitIndex());
    }

    @Test
    void aFullQueueIsTriedAgainWithTheNextHeartbeatOnly() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.sent("a", "b", AppendRequest.class);
        cluster.step("a", new SendFailed("b"));
        cluster.propose("a", 100);
        assertEquals(List.of(), cluster.sent("a", "b", AppendRequest.class));
        cluster.run(2 * HEARTBEAT / MS);
        assertEquals(3, match(cluster, "b"));
    }

    @Test
    void aNewLinkIsProbedAtOnce() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.network.clear();
        cluster.step("a", new PeerDown("b"));
        cluster.step("a", new PeerUp("b"));
        cluster.settle();
        assertEquals(2, match(cluster, "b"));
    }

    @Test
    void aFollowerSaysAgainWhatItAcknowledgedOnANewLink() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.disk("b").manual();
        cluster.propose("a", 100);
        cluster.settle();
        cluster.step("b", new PeerUp("a"));
        cluster.force("b");
        cluster.settle();
        assertEquals(2, match(cluster, "b"));
    }

    @Test
    void aFollowerThatLostItsTailLowersItsMatch() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(2, match(cluster, "b"));

        cluster.crash("b");
        cluster.crash("c");
        cluster.disk("b").loseLastBatch();
        cluster.start("b");
        cluster.step("a", new PeerUp("b"));
        cluster.deliver(envelope -> envelope.message() instanceof AppendRequest);
        cluster.disk("b").manual();
        cluster.deliver(envelope -> envelope.message() instanceof AppendRejected);
        assertEquals(1, match(cluster, "b"));
        cluster.settle();
        assertEquals(1, match(cluster, "b"), "received is not enough");
        cluster.force("b");
        cluster.settle();
        assertEquals(2, match(cluster, "b"));
    }

    @Test
    void impossibleAnswersAreMalformed() {
        RaftCluster cluster = RaftCluster.ledByA();
        long term = cluster.raft("a").term();
        for (RaftMessage answer : List.of(
                new AppendAccepted(term, 99, 0),
                new AppendAccepted(term, 1, 99),
                new AppendRejected(term, 0, 0, 0),
                new AppendRejected(term, 99, 0, 0))) {
            assertThrows(MalformedFrameException.class, () -> cluster.hear("b", "a", answer), answer.toString());
        }
        assertEquals(1, match(cluster, "b"));
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(2, cluster.raft("a").commitIndex(), "it leads on");
        assertTrue(cluster.network.isEmpty());
    }
}
