package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.raft.RaftEffect.AppendConfiguration;
import io.holdfast.replication.raft.RaftEffect.NotTakenIn;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Introduction;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A node comes back with an empty disk: chapter 4 of Ongaro's thesis, 4.2.1 (catching up) and 4.3 (joint consensus). */
class ReconfigurationTest {
    private static final long ROUND = RaftCluster.ELECTION_TIMEOUT / RaftCluster.MS;

    private static List<String> voters(RaftCluster cluster, String of) {
        return cluster.raft(of).configuration().voters().stream()
                .map(voter -> voter.id())
                .sorted()
                .toList();
    }

    private static boolean isMember(RaftCluster cluster, String of, String who) {
        return cluster.raft(of).configuration().members().stream()
                .anyMatch(member -> member.id().equals(who));
    }

    /** As a node does that begins to lead. */
    private static void lead(RaftCluster cluster) {
        cluster.run(6 * ROUND);
        TestNode leader = cluster.leader();
        assertTrue(leader != null, "nobody leads");
        cluster.propose(leader.id, 71);
        cluster.run(6 * ROUND);
    }

    /** Delivers one message at a time, so that nothing happens beyond the moment that is waited for. */
    private static void runUntil(RaftCluster cluster, BooleanSupplier reached) {
        for (int i = 0; i < 10_000 && !reached.getAsBoolean(); i++) {
            if (cluster.network.isEmpty()) {
                cluster.pass(10);
            } else {
                cluster.deliver(cluster.network.remove(0));
            }
        }
        assertTrue(reached.getAsBoolean());
    }

    @Test
    void anEmptiedDiskTakesThePlaceOfItsFormerSelf() {
        RaftCluster cluster = RaftCluster.ledByA();
        List<Configuration> proposed = new ArrayList<>();
        cluster.observe((node, input, effects) ->
                only(effects, AppendConfiguration.class).forEach(effect -> proposed.add(effect.configuration())));
        String fresh = cluster.exchangeDisk("c");
        cluster.run(4 * ROUND);
        assertEquals(List.of("a", "b", fresh), voters(cluster, "a"));
        assertEquals(List.of("a", "b", fresh), voters(cluster, fresh));
        assertTrue(cluster.raft(fresh).votes());
        assertEquals(cluster.disk("a").forced(), cluster.disk(fresh).forced());
        // A learner first, then both majorities, then the new one.
        assertEquals(3, proposed.size(), proposed.toString());
        assertEquals(1, proposed.get(0).learners().size());
        assertTrue(proposed.get(1).isJoint());
        assertEquals(Configuration.of(proposed.get(1).voters()), proposed.get(2));
        // With it the group survives another death.
        cluster.crash("b");
        cluster.propose("a", 77);
        cluster.run(ROUND);
        assertEquals(cluster.raft("a").lastIndex(), cluster.raft("a").commitIndex());
        cluster.crash("a");
        cluster.start("b");
        cluster.run(4 * ROUND);
        assertTrue(cluster.leader() != null, "b and the new disk elect one of them");
    }

    @Test
    void twoEmptiedOfThreeHaveNoMajority() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.crash("a");
        String a = cluster.exchangeDisk("a");
        String b = cluster.exchangeDisk("b");
        cluster.run(20 * ROUND);
        assertTrue(cluster.leader() == null, "c alone decides nothing, and the two remember nothing");
        assertFalse(cluster.raft(a).votes());
        assertFalse(cluster.raft(b).votes());
        assertEquals(0, cluster.raft(a).lastIndex());
    }

    @Test
    void anEmptiedDisksVoteIsNotCounted() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.isolate("c");
        cluster.propose("a", 55);
        cluster.settle();
        long committed = cluster.raft("a").commitIndex();
        cluster.crash("a");
        cluster.heal();
        String b = cluster.exchangeDisk("b"); // which alone held, beside a, what c does not have
        cluster.run(20 * ROUND);
        assertTrue(cluster.leader() == null, "c would win with the vote of a disk that remembers nothing");
        cluster.start("a");
        lead(cluster);
        assertTrue(cluster.raft("c").commitIndex() >= committed);
        assertEquals(List.of("a", b, "c").stream().sorted().toList(), voters(cluster, "a"));
    }

    @Test
    void whoIsAliveIsNotReplaced() {
        RaftCluster cluster = RaftCluster.ledByA();
        String impostor = "c/" + new UUID(9, 9);
        List<NotTakenIn> refusals = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            cluster.run(ROUND);
            refusals.addAll(only(
                    cluster.hear(impostor, "a", new Introduction(0, RaftCluster.voter(impostor))), NotTakenIn.class));
        }
        assertEquals(3, refusals.size());
        assertTrue(refusals.get(0).reason().contains("alive"), refusals.toString());
        String stranger = "d/" + new UUID(9, 9);
        assertEquals(
                1,
                only(cluster.hear(stranger, "a", new Introduction(0, RaftCluster.voter(stranger))), NotTakenIn.class)
                        .size());
        assertEquals(List.of("a", "b", "c"), voters(cluster, "a"));
    }

    @Test
    void aJointConfigurationNeedsBothMajorities() {
        RaftCluster cluster = RaftCluster.ledByA();
        String fresh = cluster.exchangeDisk("c");
        runUntil(cluster, () -> cluster.raft("a").configuration().isJoint());
        long joint = cluster.raft("a").lastIndex();
        cluster.network.clear();
        cluster.hear(fresh, "a", new AppendAccepted(cluster.raft("a").term(), joint, joint));
        assertTrue(cluster.raft("a").commitIndex() < joint, "a and the new disk are two of three, but not of the old");
        cluster.hear("b", "a", new AppendAccepted(cluster.raft("a").term(), joint, joint));
        assertEquals(joint, cluster.raft("a").commitIndex());
    }

    @Test
    void aLearnersDiskDoesNotCount() {
        RaftCluster cluster = RaftCluster.ledByA();
        String fresh = cluster.exchangeDisk("c");
        runUntil(cluster, () -> isMember(cluster, "a", fresh));
        assertEquals(1, cluster.raft("a").configuration().learners().size());
        cluster.crash("b");
        cluster.network.clear();
        long before = cluster.raft("a").commitIndex();
        cluster.propose("a", 66);
        long last = cluster.raft("a").lastIndex();
        cluster.hear(fresh, "a", new AppendAccepted(cluster.raft("a").term(), last, last));
        assertEquals(before, cluster.raft("a").commitIndex());
    }

    @Test
    void aChangeThatIsNotDecidedIsTakenBackWithTheLog() {
        RaftCluster cluster = RaftCluster.ledByA();
        String fresh = "c/" + new UUID(9, 9);
        cluster.crash("c");
        cluster.isolate("a");
        cluster.pass(ROUND / 2);
        cluster.stand(ROUND); // c has not been heard for long enough
        List<RaftEffect> effects = cluster.hear(fresh, "a", new Introduction(0, RaftCluster.voter(fresh)));
        assertEquals(1, only(effects, AppendConfiguration.class).size());
        assertTrue(isMember(cluster, "a", fresh));
        cluster.start("c");
        cluster.heal();
        cluster.isolate("a");
        cluster.run(6 * ROUND);
        TestNode leader = cluster.leader();
        cluster.propose(leader.id, 99);
        cluster.heal();
        cluster.run(4 * ROUND);
        assertFalse(isMember(cluster, "a", fresh), "the entry was replaced, and so is what it said");
        assertEquals(cluster.disk(leader.id).forced(), cluster.disk("a").forced());
    }

    @Test
    void aRestartAndASnapshotRememberWhoBelongs() {
        RaftCluster cluster = RaftCluster.ledByA();
        String fresh = cluster.exchangeDisk("c");
        cluster.run(4 * ROUND);
        cluster.restart("b");
        assertEquals(List.of("a", "b", fresh), voters(cluster, "b"));
        cluster.crash("b");
        cluster.propose("a", 50);
        cluster.run(ROUND);
        cluster.snapshot("a");
        cluster.compact("a", cluster.raft("a").commitIndex());
        cluster.snapshot(fresh);
        cluster.compact(fresh, cluster.raft(fresh).commitIndex());
        String b = cluster.exchangeDisk("b"); // has to be told by a snapshot
        cluster.run(8 * ROUND);
        assertEquals(List.of("a", b, fresh), voters(cluster, b));
        cluster.restart(b);
        assertEquals(List.of("a", b, fresh), voters(cluster, b));
        cluster.run(2 * ROUND);
        assertTrue(cluster.raft(b).votes());
    }

    @Test
    void aNewLeaderFinishesWhatTheOldOneBegan() {
        for (int cut = 0; cut < 60; cut++) {
            RaftCluster cluster = RaftCluster.ledByA();
            String fresh = cluster.exchangeDisk("c");
            cluster.run(cut * 50L);
            cluster.crash("a");
            cluster.run(6 * ROUND);
            // What is decided stays, and b alone with a disk that has no vote yet decides nothing.
            cluster.start("a");
            lead(cluster);
            assertEquals(List.of("a", "b", fresh), voters(cluster, "b"), "cut after " + cut * 50 + " ms");
            assertEquals(
                    Configuration.of(cluster.raft("b").configuration().voters()),
                    cluster.raft("b").configuration());
        }
    }

    /** A node whose log is behind does not know who leads by now, and follows all the same. */
    @Test
    void aLeaderThatIsNotKnownYetIsFollowed() {
        RaftCluster cluster = RaftCluster.ledByA();
        String stranger = "b/" + new UUID(9, 9);
        long term = cluster.raft("c").term() + 1;
        cluster.stand(3 * ROUND);
        List<RaftEffect> effects = cluster.hear(stranger, "c", new AppendRequest(term, 0, 0, 0, List.of()));
        assertEquals(
                1,
                only(effects, RaftEffect.RoleChanged.class).stream()
                        .filter(role -> role.leader().equals(stranger))
                        .count());
    }

    /**
     * Found by the simulator: a newcomer was told by a node that was behind who votes, and the master's own disk was newer than
     * that. It has to introduce itself to whom it reaches, not only to whom it knows.
     */
    @Test
    void aNewcomerThatDoesNotKnowTheMastersDiskIsTakenIn() {
        RaftCluster cluster = RaftCluster.ledByA();
        String b = cluster.exchangeDisk("b");
        cluster.run(4 * ROUND);
        cluster.elect(b);
        cluster.propose(b, 61);
        cluster.run(ROUND);
        cluster.isolate(b);
        String c = cluster.exchangeDisk("c"); // which knows a, b's former self and its own
        cluster.network.clear();
        cluster.heal();
        assertTrue(cluster.raft(c).configuration().members().stream()
                .noneMatch(member -> member.id().equals(b)));
        cluster.run(8 * ROUND);
        assertEquals(b, cluster.leader().id);
        assertTrue(cluster.raft(c).votes(), "its introductions reach the master");
    }

    /** Found by review: a voter that was alone, and has forgotten that it gave others a vote, must not lead against them. */
    @Test
    void aVoterThatWasAloneDoesNotForgetTheOthers() {
        Configuration left = new Configuration(
                List.of(RaftCluster.voter("a")), List.of(), List.of(RaftCluster.voter("b"), RaftCluster.voter("c")));
        RaftCluster cluster = new RaftCluster(left, "a");
        cluster.start();
        lead(cluster);
        String b = cluster.join("b", 1);
        String c = cluster.join("c", 1);
        cluster.run(6 * ROUND);
        assertEquals(List.of("a", b, c), voters(cluster, "a"));
        // It loses the last of its log again and again, until that says that it is alone.
        cluster.crash("a");
        while (cluster.disk("a").forced().size() > 1) {
            cluster.disk("a").loseLastBatch();
        }
        cluster.isolate("a");
        cluster.start("a");
        cluster.run(10 * ROUND);
        assertEquals(List.of("a"), voters(cluster, "a"));
        assertFalse(cluster.raft("a").role() == RaftRole.LEADER, "b and c may have elected another one");
        cluster.heal();
        cluster.linkAll();
        lead(cluster);
        assertEquals(List.of("a", b, c), voters(cluster, "a"));
    }

    /** It gives nobody a vote before it has written that down where the loss of its log's end does not reach it. */
    @Test
    void aVoteIsGivenOnlyWhenThatIsRecorded() {
        RaftCluster cluster = RaftCluster.ledByA();
        cluster.recordsNothing();
        String fresh = cluster.exchangeDisk("c");
        cluster.run(6 * ROUND);
        assertEquals(1, cluster.raft("a").configuration().learners().size());
        assertFalse(cluster.raft(fresh).votes());
        cluster.step("a", new RaftInput.ConfigurationRecorded(cluster.raft("a").configuration()));
        cluster.run(2 * ROUND);
        assertTrue(cluster.raft(fresh).votes());
    }

    /** After a recovery from a lost quorum: places are kept for those who are gone, and two voters are passed over. */
    @Test
    void emptyPlacesAreFilledTwoAtATime() {
        Configuration left = new Configuration(
                List.of(RaftCluster.voter("a")), List.of(), List.of(RaftCluster.voter("b"), RaftCluster.voter("c")));
        RaftCluster cluster = new RaftCluster(left, "a");
        cluster.start();
        lead(cluster);
        assertEquals(RaftRole.LEADER, cluster.raft("a").role());
        String b = cluster.join("b", 1);
        cluster.run(4 * ROUND);
        assertEquals(List.of("a"), voters(cluster, "a"), "either's death would stop two");
        String c = cluster.join("c", 1);
        cluster.run(4 * ROUND);
        assertEquals(List.of("a", b, c), voters(cluster, "a"));
        assertTrue(cluster.raft("a").configuration().learners().isEmpty());
    }
}
