package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftCluster.Envelope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Java 17 has no switch over sealed types that the compiler checks. So this walks the permitted subclasses: a new kind of
 * input or message is handled, and a new kind of effect comes about, or this fails.
 */
class SealedSetsTest {

    private static Set<String> kinds(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> kindsOf(List<?> values) {
        return values.stream()
                .map(value -> value.getClass().getSimpleName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<RaftInput> inputs(long term) {
        return List.of(
                new RaftInput.Received("b", new RaftMessage.Heartbeat(term, 0, 1, 1)),
                new RaftInput.TimerFired(),
                new RaftInput.StorageStalled(true),
                new RaftInput.FitnessChanged(new Fitness(1, 2)),
                new RaftInput.Transfer("b"),
                new RaftInput.Reshape(ShapeChange.remove("c")),
                new RaftInput.ConfigurationRecorded(RaftCluster.configuration("a", "b", "c")),
                new RaftInput.Persisted(term, 1),
                new RaftInput.HardStateSaved(0),
                new RaftInput.Proposed(1, 10),
                new RaftInput.ReadRequested(List.of(1L)),
                new RaftInput.PeerUp("b"),
                new RaftInput.PeerDown("b"),
                new RaftInput.PeerRefused("b"),
                new RaftInput.SendFailed("b"),
                new RaftInput.SnapshotFetched(1, 0),
                new RaftInput.SnapshotGone("b", 1),
                new RaftInput.LogDropped(0),
                new RaftInput.SnapshotTaken(1, 1, 100),
                new RaftInput.SnapshotStored(1, 1, 100, RaftCluster.configuration("a", "b", "c")),
                new RaftInput.Started());
    }

    @Test
    void everyInputIsTakenInEveryRole() {
        assertEquals(kinds(RaftInput.class), kindsOf(inputs(1)));
        for (RaftRole role : RaftRole.values()) {
            for (RaftInput input : inputs(1)) {
                RaftCluster cluster = in(role, 1);
                cluster.step("a", input); // throws if it is not known
            }
        }
    }

    /** Node a alone with a log of these terms, in that role of term 2 or, if it has raised none, term 1. */
    private static RaftCluster in(RaftRole role, long... log) {
        RaftCluster cluster = new RaftCluster("a", "b", "c");
        if (log.length > 0) {
            cluster.disk("a").log(log);
        }
        cluster.start("a");
        if (role == RaftRole.LEADER) {
            leader(cluster);
        } else if (role != RaftRole.FOLLOWER) {
            cluster.fire("a");
        }
        if (role == RaftRole.CANDIDATE) {
            cluster.hear("b", "a", new RaftMessage.PreVoteReply(2, true));
        }
        assertEquals(role, cluster.raft("a").role());
        cluster.network.clear();
        return cluster;
    }

    private static void leader(RaftCluster cluster) {
        cluster.fire("a");
        cluster.hear("b", "a", new RaftMessage.PreVoteReply(2, true));
        cluster.hear("b", "a", new RaftMessage.VoteReply(2, true));
    }

    /** What a does, and what becomes of it, when it hears this; the same text if it is not handled at all. */
    private static String reaction(RaftCluster cluster, RaftMessage message) {
        List<RaftEffect> effects = cluster.hear("b", "a", message);
        Raft raft = cluster.raft("a");
        return effects.stream()
                        .filter(effect -> !(effect instanceof RaftEffect.SetTimer))
                        .toList() + " " + raft.role() + " " + raft.matches() + " " + raft.doubtful() + " "
                + cluster.network;
    }

    @Test
    void everyMessageReachesItsHandler() {
        // Each with a state in which it must make a difference.
        Set<String> handled = new TreeSet<>();
        for (RaftMessage message : List.<RaftMessage>of(
                new RaftMessage.PreVoteRequest(2, 0, 0),
                new RaftMessage.VoteRequest(2, 0, 0),
                new RaftMessage.AppendRequest(1, 0, 0, 0, List.of(new BatchMeta(1, 1, 1, 10))),
                new RaftMessage.Heartbeat(1, 0, 0, 1),
                new RaftMessage.LogStatusRequest(1),
                new RaftMessage.StateReport(1, 5, 1, 77),
                new RaftMessage.SnapshotOffer(1, 5, 1, 100),
                new RaftMessage.TimeoutNow(1, 0, 0),
                new RaftMessage.SnapshotChunk(1, 5, 0, 10),
                new RaftMessage.ReadIndexReply(1, 5, 0))) {
            reacts(handled, in(RaftRole.FOLLOWER), message);
        }
        reacts(handled, in(RaftRole.PRE_CANDIDATE), new RaftMessage.PreVoteReply(2, true));
        reacts(handled, in(RaftRole.CANDIDATE), new RaftMessage.VoteReply(2, true));

        RaftCluster leader = in(RaftRole.LEADER);
        leader.propose("a", 10);
        leader.network.clear();
        reacts(handled, leader, new RaftMessage.AppendAccepted(2, 1, 1));
        reacts(handled, leader, new RaftMessage.ReadIndexRequest(2, 9)); // sends a round
        leader.network.clear();
        reacts(handled, leader, new RaftMessage.HeartbeatReply(2, 2)); // which answers the read
        reacts(handled, leader, new RaftMessage.AppendRejected(2, 1, 0, 0)); // match falls to 0

        RaftCluster compacted = new RaftCluster("a", "b", "c");
        compacted.disk("a").log(1, 1, 1);
        compacted.start("a");
        leader(compacted);
        compacted.propose("a", 10);
        compacted.hear("b", "a", new RaftMessage.AppendAccepted(2, 4, 4));
        compacted.snapshot("a");
        compacted.compact("a", 3);
        compacted.hear("c", "a", new RaftMessage.AppendRejected(2, 3, 0, 0)); // and c is offered the snapshot
        compacted.network.clear();
        List<RaftEffect> effects = compacted.hear("c", "a", new RaftMessage.SnapshotRequest(2, 4, 0));
        assertEquals(1, RaftCluster.only(effects, RaftEffect.SendChunk.class).size());
        handled.add(RaftMessage.SnapshotRequest.class.getSimpleName());

        String fresh = "c/" + new UUID(1, 1);
        leader.stand(2_000);
        List<RaftEffect> taken = leader.hear(fresh, "a", new RaftMessage.Introduction(2, RaftCluster.voter(fresh)));
        assertEquals(
                1, RaftCluster.only(taken, RaftEffect.AppendConfiguration.class).size());
        handled.add(RaftMessage.Introduction.class.getSimpleName());
        Voter stranger = RaftCluster.voter("e/" + new UUID(1, 1));
        List<RaftEffect> relayed = leader.hear("b", "a", new RaftMessage.Stranger(2, stranger, false));
        assertEquals(1, RaftCluster.only(relayed, RaftEffect.NotTakenIn.class).size());
        handled.add(RaftMessage.Stranger.class.getSimpleName());

        RaftCluster doubtful = new RaftCluster("a", "b");
        doubtful.disk("a").log(1, 1).loseLastBatch();
        doubtful.start("a");
        reacts(handled, doubtful, new RaftMessage.LogStatusReply(1, 2, 1, null));

        reacts(handled, in(RaftRole.PRE_CANDIDATE), new RaftMessage.NotMember(2, 1_000));
        assertEquals(kinds(RaftMessage.class), handled);
    }

    private static void reacts(Set<String> handled, RaftCluster cluster, RaftMessage message) {
        Raft raft = cluster.raft("a");
        List<Envelope> sent = List.copyOf(cluster.network);
        String before = "[] " + raft.role() + " " + raft.matches() + " " + raft.doubtful() + " " + sent;
        assertFalse(before.equals(reaction(cluster, message)), message + " changes nothing");
        handled.add(message.getClass().getSimpleName());
    }

    @Test
    void everyEffectComesAbout() {
        Set<String> seen = new TreeSet<>();
        RaftCluster cluster = new RaftCluster("a", "b", "c").leases(100 * RaftCluster.MS);
        cluster.observe((node, input, effects) -> seen.addAll(kindsOf(effects)));
        cluster.disk("c").log(1, 1).loseLastBatch();
        cluster.start();
        cluster.read("a", 1); // ReadFailed
        cluster.propose("a", 10); // ProposalRefused
        cluster.elect("a");
        cluster.propose("a", 10);
        cluster.settle();
        cluster.read("a", 2);
        cluster.run(1_000);
        cluster.crash("c");
        cluster.propose("a", 10);
        cluster.settle();
        cluster.snapshot("a");
        cluster.compact("a", cluster.raft("a").commitIndex());
        cluster.start("c");
        cluster.run(3_000);
        cluster.hear("b", "a", new RaftMessage.StateReport(2, 1, 1, 77));
        String impostor = "b/" + new UUID(1, 1);
        cluster.hear(impostor, "a", new RaftMessage.Introduction(2, RaftCluster.voter(impostor))); // NotTakenIn
        cluster.exchangeDisk("c");
        cluster.run(4_000);
        cluster.step("b", new RaftInput.FitnessChanged(new Fitness(0, 5))); // HandOverWanted
        cluster.run(40_000);
        RaftCluster seeded = RaftCluster.ledByA();
        seeded.observe((node, input, effects) -> seen.addAll(kindsOf(effects)));
        seeded.propose("a", 10);
        seeded.join("d", 4, List.of(new BatchMeta(1, 1, 1, 100)));
        seeded.run(4_000); // SeedRefuted
        RaftCluster later = new RaftCluster("a", "b", "c");
        later.observe((node, input, effects) -> seen.addAll(kindsOf(effects)));
        later.start();
        later.elect("a");
        later.settle();
        later.step(
                "c",
                new RaftInput.SnapshotStored(
                        50, 2, 100, RaftCluster.configuration("a", "b", "c").at(2)));
        assertEquals(kinds(RaftEffect.class), seen); // the last one was LevelTooHigh
    }
}
