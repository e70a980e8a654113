package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftEffect.Committed;
import io.holdfast.replication.raft.RaftInput.Persisted;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Persist before you tell: sections 3.8 and 10.2.1 of Ongaro's thesis. */
class PersistencePaperTest {
    /** A disk without room: who cannot write neither leads nor stands, and keeps nothing in memory that it cannot write. */
    @Test
    void whoCannotWriteGivesWay() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.step("a", new RaftInput.StorageStalled(true));
        assertEquals(RaftRole.FOLLOWER, cluster.raft("a").role());
        cluster.isolate("b");
        cluster.run(6_000);
        assertTrue(cluster.leader() == null || !cluster.leader().id.equals("a"), "it does not stand");
        cluster.heal();
        cluster.run(6_000);
        TestNode leader = cluster.leader();
        assertTrue(leader != null && !leader.id.equals("a"));
        long before = cluster.raft("a").lastIndex();
        cluster.propose(leader.id, 100);
        cluster.run(1_000);
        assertEquals(before, cluster.raft("a").lastIndex(), "nothing is taken");
        assertEquals(
                cluster.raft(leader.id).lastIndex(), cluster.raft(leader.id).commitIndex(), "the others go on");
        cluster.step("a", new RaftInput.StorageStalled(false));
        cluster.run(3_000);
        assertEquals(cluster.disk(leader.id).forced(), cluster.disk("a").forced());
    }

    private static AppendRequest append(long term, long prevIndex, long prevTerm, BatchMeta... batches) {
        return new AppendRequest(term, prevIndex, prevTerm, 0, List.of(batches));
    }

    private static BatchMeta entry(long index, long term) {
        return new BatchMeta(index, 1, term, 100);
    }

    @Test
    void section38_noVoteLeavesBeforeItIsOnDisk() { // jraft#1243
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        assertEquals(List.of(), cluster.network);
        cluster.save("a");
        assertEquals(List.of(new VoteReply(2, true)), cluster.sent("a", VoteReply.class));
        assertFalse(cluster.disk("a").saving(), "one force for term and vote");
    }

    @Test
    void section38_aVoteWaitsForItsOwnSaveNotForTheOneBefore() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.hear("c", "a", new VoteReply(2, false));
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        cluster.save("a");
        assertEquals(List.of(), cluster.network, "the term is saved, the vote is not");
        cluster.save("a");
        assertEquals(List.of(new VoteReply(2, true)), cluster.sent("a", VoteReply.class));
    }

    @Test
    void section38_aVoteThatWasLostWithTheNodeWasNeverTold() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.hear("b", "a", new VoteRequest(2, 0, 0));
        cluster.restart("a");
        cluster.hear("c", "a", new VoteRequest(2, 0, 0));
        while (cluster.disk("a").saving()) {
            cluster.save("a");
        }
        assertEquals(List.of(), cluster.sent("a", "b", VoteReply.class));
        assertEquals(List.of(new VoteReply(2, true)), cluster.sent("a", "c", VoteReply.class));
    }

    @Test
    void section38_noVoteIsAskedForBeforeTheOwnIsOnDisk() { // jraft#1245
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.fire("a");
        cluster.network.clear();
        cluster.hear("b", "a", new PreVoteReply(2, true));
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role());
        assertEquals(List.of(), cluster.network);

        // A vote that should not exist yet does not make a majority with one that is not on disk.
        cluster.hear("b", "a", new VoteReply(2, true));
        assertEquals(RaftRole.CANDIDATE, cluster.raft("a").role());

        cluster.save("a");
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
        assertEquals(2, cluster.sent("a", VoteRequest.class).size());
    }

    @Test
    void section38_noWordOfANewTermLeavesBeforeThatIsOnDisk() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").manual();
        cluster.start("a");
        cluster.hear("b", "a", new Heartbeat(2, 0, 1, 1));
        cluster.hear("b", "a", append(2, 0, 0, entry(1, 2)));
        cluster.force("a");
        assertEquals(List.of(), cluster.network, "the entry is on disk, its term is not");
        cluster.save("a");
        assertEquals(List.of(new HeartbeatReply(2, 1)), cluster.sent("a", HeartbeatReply.class));
        assertEquals(List.of(new AppendAccepted(2, 1, 1)), cluster.sent("a", AppendAccepted.class));
    }

    @Test
    void section38_onlyWhatIsOnDiskIsAcknowledged() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.disk("a").manual();
        cluster.hear("b", "a", append(1, 0, 0, new BatchMeta(1, 2, 1, 200)));
        assertEquals(List.of(), cluster.sent("a", AppendAccepted.class));
        cluster.hear("b", "a", append(1, 2, 1, entry(3, 1)));
        cluster.force("a");
        assertEquals(List.of(new AppendAccepted(1, 3, 2)), cluster.sent("a", AppendAccepted.class));

        // Asked again, it says what it said: received is not durable.
        cluster.hear("b", "a", append(1, 2, 1, entry(3, 1)));
        assertEquals(List.of(new AppendAccepted(1, 3, 2)), cluster.sent("a", AppendAccepted.class));
        cluster.force("a");
        assertEquals(List.of(new AppendAccepted(1, 3, 3)), cluster.sent("a", AppendAccepted.class));
    }

    @Test
    void aForceOfATailThatWasRewrittenDoesNotCount() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.start("a");
        cluster.disk("a").manual();
        cluster.hear("b", "a", append(1, 0, 0, new BatchMeta(1, 2, 1, 200)));
        cluster.hear("c", "a", append(2, 0, 0, new BatchMeta(1, 2, 2, 200)));
        while (cluster.disk("a").saving()) {
            cluster.save("a");
        }
        cluster.network.clear();

        cluster.step("a", new Persisted(1, 2)); // the force of term 1's entries ends only now
        assertEquals(List.of(), cluster.sent("a", AppendAccepted.class));
        cluster.step("a", new Persisted(1, 9));
        assertEquals(List.of(), cluster.sent("a", AppendAccepted.class));

        cluster.force("a");
        assertEquals(List.of(new AppendAccepted(2, 2, 2)), cluster.sent("a", AppendAccepted.class));
    }

    @Test
    void aRewrittenTailLowersWhatIsDurable() {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        cluster.disk("a").log(1, 1, 1);
        cluster.start("a");
        cluster.disk("a").manual();
        cluster.hear("b", "a", append(2, 1, 1, entry(2, 2), entry(3, 2)));
        cluster.save("a");
        cluster.hear("b", "a", append(2, 3, 2));
        assertEquals(List.of(new AppendAccepted(2, 3, 1)), cluster.sent("a", AppendAccepted.class));
    }

    @Test
    void section1021_theLeadersOwnDiskCountsLikeAnyOther() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.disk("a").manual();
        cluster.disk("b").manual();
        cluster.disk("c").manual();
        cluster.propose("a", 100);
        cluster.settle();
        assertEquals(1, cluster.raft("a").commitIndex());
        cluster.force("a");
        assertEquals(1, cluster.raft("a").commitIndex(), "one of three");
        cluster.force("b");
        cluster.settle();
        assertEquals(2, cluster.raft("a").commitIndex());
    }

    @Test
    void section1021_aMajorityOfFollowersCommitsWithoutTheLeadersDisk() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.disk("a").manual();
        cluster.propose("a", 100);
        cluster.settle();
        assertTrue(cluster.disk("a").forcing());
        assertEquals(2, cluster.raft("a").commitIndex());

        // The leader's power fails before its disk has it: the others still do.
        cluster.crash("a");
        cluster.elect("b");
        cluster.propose("b", 100);
        cluster.settle();
        cluster.disk("a").immediate();
        cluster.start("a");
        cluster.run(1_000);
        assertEquals(cluster.disk("b").forced(), cluster.disk("a").forced());
        assertEquals(3, cluster.raft("a").commitIndex());
    }

    @Test
    void section1021_appendsLeaveBeforeTheLeadersForce() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.disk("a").manual();
        List<RaftEffect> effects = cluster.propose("a", 100);
        assertEquals(2, cluster.sent("a", AppendRequest.class).size());
        assertEquals(List.of(), only(effects, Committed.class));
    }
}
