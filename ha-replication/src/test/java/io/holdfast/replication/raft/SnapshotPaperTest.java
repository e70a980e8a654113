package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftEffect.FetchSnapshot;
import io.holdfast.replication.raft.RaftEffect.InstallSnapshot;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import io.holdfast.replication.raft.RaftMessage.SnapshotRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Chapter 5 of Ongaro's thesis: a log whose beginning is in a snapshot, and followers who need what is not in it. */
class SnapshotPaperTest {

    /** Node a leads, c is down and misses three batches, which are in a's snapshot and no more in its log. */
    private static RaftCluster withoutC() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.crash("c");
        for (int i = 0; i < 3; i++) {
            cluster.propose("a", 100);
            cluster.settle();
        }
        cluster.run(200);
        cluster.snapshot("a");
        cluster.compact("a", cluster.raft("a").commitIndex());
        cluster.propose("a", 100);
        cluster.settle();
        return cluster;
    }

    /** Its links stand again, too. */
    private static void comesBack(RaftCluster cluster, String id) {
        cluster.start(id);
        for (TestNode node : cluster.nodes()) {
            if (node.running() && !node.id.equals(id)) {
                cluster.step(node.id, new RaftInput.PeerUp(id));
            }
        }
    }

    /** Time passes, and c hears nothing. */
    private static void passWithoutC(RaftCluster cluster, long millis) {
        for (long at = 0; at < millis; at += 100) {
            cluster.pass(100);
            cluster.deliver(
                    envelope -> !envelope.to().equals("c") && !envelope.from().equals("c"));
        }
    }

    private static void assertSame(RaftCluster cluster, String one, String other) {
        assertEquals(cluster.raft(one).lastIndex(), cluster.raft(other).lastIndex());
        assertEquals(cluster.raft(one).commitIndex(), cluster.raft(other).commitIndex());
        assertEquals(cluster.disk(one).forced(), cluster.disk(other).forced());
    }

    @Test
    void aFollowerThatNeedsWhatIsGoneFetchesTheSnapshotAndGoesOn() {
        RaftCluster cluster = withoutC();
        long end = cluster.raft("a").log().base().index();
        comesBack(cluster, "c");
        cluster.run(3_000);
        assertSame(cluster, "a", "c");
        assertEquals(end, cluster.raft("c").log().base().index());
        cluster.propose("a", 100);
        cluster.settle();
        cluster.run(200);
        assertSame(cluster, "a", "c");
    }

    @Test
    void whatWasFetchedSurvivesARestartAndCanLead() {
        RaftCluster cluster = withoutC();
        comesBack(cluster, "c");
        cluster.run(3_000);
        cluster.crash("c");
        comesBack(cluster, "c");
        cluster.run(3_000);
        assertSame(cluster, "a", "c");
        cluster.crash("a");
        cluster.elect("c");
        cluster.propose("c", 100);
        cluster.settle();
        comesBack(cluster, "a");
        cluster.run(3_000);
        assertSame(cluster, "c", "a");
    }

    @Test
    void aLostChunkIsAskedForAgainAndNotThoseBeforeIt() {
        RaftCluster cluster = withoutC();
        comesBack(cluster, "c");
        cluster.deliver(envelope -> cluster.node("c").fetchedBytes == 0);
        long before = cluster.node("c").fetchedBytes;
        assertTrue(before > 0 && before < RaftCluster.SNAPSHOT_BYTES, before + " bytes are here");
        cluster.drop(envelope -> true);
        passWithoutC(cluster, RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS + 200);
        List<SnapshotOffer> offers = cluster.sent("a", "c", SnapshotOffer.class);
        cluster.hear("a", "c", offers.get(0));
        List<SnapshotRequest> requests = cluster.sent("c", "a", SnapshotRequest.class);
        assertEquals(before, requests.get(requests.size() - 1).offset());
    }

    private static long term(RaftCluster cluster) {
        return cluster.raft("a").term();
    }

    private static long offered(RaftCluster cluster) {
        return cluster.disk("a").snapshot().index();
    }

    @Test
    void aNewerSnapshotDoesNotReplaceTheOneThatIsBeingFetched() {
        RaftCluster cluster = withoutC();
        comesBack(cluster, "c");
        cluster.deliver(envelope -> !(envelope.message() instanceof SnapshotRequest));
        long begun = offered(cluster);
        assertEquals(begun + 1, cluster.raft("a").needs().get("c"));
        cluster.propose("a", 100);
        cluster.deliver(envelope -> envelope.to().equals("b") || envelope.from().equals("b"));
        cluster.snapshot("a");
        assertTrue(offered(cluster) > begun);
        passWithoutC(cluster, RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS + 200);
        for (SnapshotOffer offer : cluster.sent("a", "c", SnapshotOffer.class)) {
            assertEquals(begun, offer.index());
        }
        // The file is gone, and with it the old offer: the new one is made with the next heartbeat.
        cluster.step("a", new RaftInput.SnapshotGone("c", begun));
        cluster.propose("a", 100);
        assertEquals(List.of(), cluster.sent("a", "c", SnapshotOffer.class), "not at once and again at once");
        passWithoutC(cluster, RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS + 200);
        List<SnapshotOffer> offers = cluster.sent("a", "c", SnapshotOffer.class);
        assertEquals(offered(cluster), offers.get(offers.size() - 1).index());
    }

    @Test
    void anotherLeadersSnapshotIsAnotherFile() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("c");
        List<RaftEffect> first = cluster.hear("a", "c", new SnapshotOffer(2, 7, 1, 100));
        List<RaftEffect> second = cluster.hear("b", "c", new SnapshotOffer(3, 7, 1, 100));
        assertEquals(List.of(new FetchSnapshot(7, 1, 100, 2)), only(first, FetchSnapshot.class));
        assertEquals(List.of(new FetchSnapshot(7, 1, 100, 3)), only(second, FetchSnapshot.class));
        // What the first one said of it counts no more.
        cluster.hear("a", "c", new SnapshotChunk(2, 7, 0, 10));
        assertEquals(0, cluster.node("c").fetchedBytes);
    }

    @Test
    void whoHasItAlreadySaysSo() {
        RaftCluster cluster = RaftCluster.ledByA();
        long commit = cluster.raft("b").commitIndex();
        cluster.hear("a", "b", new SnapshotOffer(term(cluster), commit, term(cluster), 100));
        assertEquals(
                List.of(new AppendAccepted(term(cluster), commit, commit)), cluster.sent("b", AppendAccepted.class));
    }

    /** Figure 5.3, step 6: an entry with the snapshot's last index and term stays, and so does what follows it. */
    @Test
    void aLogThatGoesOnBehindTheSnapshotStays() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("c").log(1, 1, 2, 2);
        cluster.start("c");
        List<RaftEffect> effects = cluster.step("c", new RaftInput.SnapshotStored(3, 2, 100, cluster.base()));
        assertEquals(List.of(), only(effects, InstallSnapshot.class));
        assertEquals(List.of(new RaftEffect.Committed(3)), only(effects, RaftEffect.Committed.class));
        assertEquals(4, cluster.raft("c").lastIndex());
    }

    /** Figure 5.3, step 7. */
    @Test
    void aLogThatSaysOtherwiseIsDropped() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("c").log(1, 1, 1, 1);
        cluster.start("c");
        Raft c = cluster.raft("c");
        List<RaftEffect> effects = c.step(cluster.now(), new RaftInput.SnapshotStored(3, 2, 100, cluster.base()));
        assertEquals(List.of(new InstallSnapshot(3, 2)), only(effects, InstallSnapshot.class));
        assertEquals(3, c.lastIndex());
        assertEquals(3, c.commitIndex());
        assertEquals(2, c.log().lastTerm());
        // A force that was under way when it happened says nothing of the new log.
        c.step(cluster.now(), new RaftInput.Persisted(1, 4));
        assertEquals(3, c.lastIndex());
    }

    /** The leader does not know yet how far this follower is, and asks about what is in the follower's snapshot. */
    @Test
    void anAppendThatBeginsBeforeTheOwnSnapshotsEndIsTaken() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.propose("a", 100);
        cluster.settle();
        cluster.run(200);
        long end = cluster.raft("b").commitIndex();
        long term = term(cluster);
        cluster.snapshot("b");
        cluster.compact("b", end);
        cluster.network.clear();
        List<BatchMeta> all = cluster.disk("a").written();
        BatchMeta next = new BatchMeta(end + 1, 1, term, 50);
        cluster.hear("a", "b", new AppendRequest(term, 0, 0, end, List.of(all.get(0))));
        cluster.hear("a", "b", new AppendRequest(term, end - 1, term, end, List.of(all.get(all.size() - 1), next)));
        List<AppendAccepted> answers = cluster.sent("b", AppendAccepted.class);
        assertEquals(new AppendAccepted(term, end, end), answers.get(0));
        assertEquals(new AppendAccepted(term, end + 1, end + 1), answers.get(answers.size() - 1));
    }

    @Test
    void requestsAndChunksBeyondTheSnapshotsEndAreMalformed() {
        RaftCluster cluster = withoutC();
        comesBack(cluster, "c");
        cluster.deliver(envelope -> !(envelope.message() instanceof SnapshotRequest));
        long index = offered(cluster);
        assertThrows(
                MalformedFrameException.class,
                () -> cluster.hear("c", "a", new SnapshotRequest(term(cluster), index, 100)));
        for (SnapshotChunk chunk : List.of(
                new SnapshotChunk(term(cluster), index, 61, 40),
                new SnapshotChunk(term(cluster), index, Long.MAX_VALUE, 1),
                new SnapshotChunk(term(cluster), index, 0, 0))) {
            assertThrows(MalformedFrameException.class, () -> cluster.hear("a", "c", chunk), chunk.toString());
        }
    }

    @Test
    void theLogIsKeptForWhoNeedsItUpToABound() {
        LogIndex log = LogIndexTest.sample();
        LogRetention retention = new LogRetention(500, 1_000);
        assertEquals(5, retention.keepFrom(log, 9, List.of()), "what is always kept");
        assertEquals(10, new LogRetention(0, 1_000).keepFrom(log, 9, List.of()));
        assertEquals(4, retention.keepFrom(log, 9, List.of(4L, 12L)), "a slave needs more");
        assertEquals(5, retention.keepFrom(log, 9, List.of(3L)), "too much to be kept for it");
        assertEquals(1, retention.keepFrom(log, 0, List.of()), "without a snapshot nothing goes");
        assertEquals(Map.of(), new RaftCluster("a", "b").start().raft("a").needs());
    }
}
