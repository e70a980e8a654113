package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.Health;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.SafeToStop;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Fitness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What {@link StopDecision} and {@link Explainer} make of a situation. */
class SituationTest {
    private static Voter voter(int i) {
        return new Voter("node-" + i, new UUID(0, i), new Address("10.0.0." + i, 7400));
    }

    private static Set<String> ids(int... nodes) {
        Set<String> ids = new TreeSet<>();
        for (int node : nodes) {
            ids.add(voter(node).id());
        }
        return ids;
    }

    private static Configuration voters(int count) {
        List<Voter> voters = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            voters.add(voter(i));
        }
        return Configuration.of(voters);
    }

    /** Of node-1. */
    private static Situation situation(
            ReplicaRole role, String master, Configuration configuration, Set<String> reached, Set<String> caughtUp) {
        return situation(role, master, configuration, 1, reached, caughtUp);
    }

    private static Situation situation(
            ReplicaRole role,
            String master,
            Configuration configuration,
            long index,
            Set<String> reached,
            Set<String> caughtUp) {
        return situation(role, master, configuration, index, reached, caughtUp, Map.of());
    }

    private static Situation situation(
            ReplicaRole role,
            String master,
            Configuration configuration,
            long index,
            Set<String> reached,
            Set<String> caughtUp,
            Map<String, Integer> levels) {
        return new Situation(
                "node-1",
                voter(1).id(),
                12_000_000_000L,
                new LogStatus(role, 7, master, 90, 90, 90, 90, Map.of("node-2", 90L, "node-3", 12L)),
                master,
                configuration,
                index,
                Map.of(),
                true,
                false,
                false,
                Set.of(),
                reached,
                Set.of(),
                caughtUp,
                ids(1, 2, 3, 4, 5),
                0,
                0,
                true,
                "",
                Map.of("node-3", "connection refused"),
                2,
                levels);
    }

    private static Situation master(int voters, Set<String> reached, Set<String> caughtUp) {
        return situation(ReplicaRole.MASTER, "node-1", voters(voters), reached, caughtUp);
    }

    private static void assertSafe(boolean safe, Situation s, String nodeId, String... said) {
        SafeToStop answer = StopDecision.decide(s, nodeId);
        assertEquals(safe, answer.safe(), answer.toString());
        for (String each : said) {
            assertTrue(answer.reasons().toString().contains(each), answer.toString());
        }
    }

    @Test
    void oneOfThreeMayBeStoppedWhoeverItIs() {
        Situation s = master(3, ids(2, 3), ids(2, 3));
        assertSafe(true, s, "node-1", "it is the master", "node-2, node-3 all have to stay");
        assertSafe(true, s, "node-2");
        assertSafe(true, s, "node-3");
    }

    @Test
    void neverBelowAMajorityThatHasCaughtUp() {
        Situation away = master(3, ids(2), ids(2, 3));
        assertSafe(false, away, "node-1", "1 of 3 voters would be", "node-3 (connection refused) is not connected");
        assertSafe(false, away, "node-2");
        assertSafe(true, away, "node-3");
        Situation behind = master(3, ids(2, 3), ids(2));
        assertSafe(false, behind, "node-1", "node-3 has the log up to 12 of 90");
        assertSafe(false, behind, "node-2");
        assertSafe(true, behind, "node-3");
        assertSafe(false, master(2, ids(2), ids(2)), "node-2", "1 of 2 voters", "2 are needed");
        assertSafe(true, master(5, ids(2, 3, 4), ids(2, 3, 4)), "node-1");
        assertSafe(false, master(5, ids(2, 3, 4), ids(2, 3)), "node-1");
        assertSafe(false, master(1, ids(), ids()), "node-1", "only voter", "stops the service");
    }

    /** All three are connected, and what they still need is on its way to them. */
    private static Situation disks(
            long durable, Map<String, Long> matches, Set<String> sound, long agreed, String stalledBy) {
        return new Situation(
                "node-1",
                voter(1).id(),
                12_000_000_000L,
                new LogStatus(ReplicaRole.MASTER, 7, "node-1", 90, 90, 90, durable, matches),
                "node-1",
                voters(3),
                1,
                Map.of(),
                true,
                false,
                false,
                Set.of(),
                ids(2, 3),
                Set.of(),
                ids(2, 3),
                sound,
                agreed,
                0,
                true,
                stalledBy,
                Map.of(),
                1,
                Map.of());
    }

    @Test
    void whoseDiskDoesNotFollowDoesNotCount() {
        Map<String, Long> all = Map.of("node-2", 90L, "node-3", 90L);
        assertSafe(true, disks(90, all, ids(1, 2, 3), 90, ""), "node-2");
        Situation hung = disks(90, Map.of("node-2", 90L, "node-3", 84L), ids(1, 2, 3), 85, "");
        assertSafe(false, hung, "node-2", "1 of 3 voters", "node-3 has the log up to 84 of 90", "up to 85");
        assertSafe(false, hung, "node-1");
        assertSafe(true, hung, "node-3");
        Situation justBehind = disks(90, Map.of("node-2", 90L, "node-3", 86L), ids(1, 2, 3), 85, "");
        assertSafe(true, justBehind, "node-2");
    }

    @Test
    void whoIsDownOrSilentDoesNotCountThoughItsLogMatches() {
        Situation down = disks(90, Map.of("node-2", 90L, "node-3", 90L), ids(1, 2), 90, "");
        assertSafe(
                false,
                down,
                "node-2",
                "node-3 has the log up to 90 of 90 on its disk, and has not answered lately, or says");
        assertSafe(true, down, "node-3");
    }

    @Test
    void theMasterItselfCountsOnlyWhileItsDiskWorks() {
        Map<String, Long> all = Map.of("node-2", 90L, "node-3", 90L);
        assertSafe(false, disks(84, all, ids(1, 2, 3), 85, ""), "node-2", "node-1 has the log up to 84");
        assertSafe(
                false,
                disks(90, all, ids(1, 2, 3), 85, "the disk is full"),
                "node-2",
                "cannot write its log: the disk");
        assertSafe(
                false,
                disks(90, all, ids(2, 3), 85, ""),
                "node-2",
                "node-1 has the log up to 90 of 90 on its disk, and is down by its own health");
        assertSafe(true, disks(84, all, ids(2, 3), 85, "the disk is full"), "node-1");
    }

    @Test
    void whoDoesNotStandTellsItsHealthAllTheSame() {
        assertEquals(Fitness.PLAIN, MasterCandidacy.withoutStanding(Health.UP));
        assertEquals(Fitness.DOWN, MasterCandidacy.withoutStanding(Health.DOWN).health());
    }

    @Test
    void nobodyIsToldToStopByWhatWasKnownLongAgo() {
        Situation s = master(3, ids(2, 3), ids(2, 3));
        AtomicLong now = new AtomicLong(s.atNanos() + Inspection.FRESH_NANOS);
        Inspection inspection = new Inspection("node-1", Map.of(), () -> s, () -> null, List.of(), now::get);
        assertTrue(inspection.safeToStop("node-2").safe());
        now.addAndGet(29_000_000_000L);
        SafeToStop late = inspection.safeToStop("node-2");
        assertFalse(late.safe());
        assertEquals(List.of("what node-1 knows is 30000 ms old, so it cannot tell; ask again"), late.reasons());
    }

    @Test
    void onlyAMasterInOfficeTells() {
        Situation slave = situation(ReplicaRole.SLAVE, "node-2", voters(3), ids(2, 3), ids());
        SafeToStop ask = StopDecision.decide(slave, "node-1");
        assertFalse(ask.safe());
        assertEquals("node-2", ask.askNode());
        Situation none = situation(ReplicaRole.SLAVE, "", voters(3), ids(2, 3), ids());
        assertSafe(false, none, "node-1", "no master is known");
        assertEquals("", StopDecision.decide(none, "node-1").askNode());
        assertSafe(false, master(3, ids(2, 3), ids(2, 3)), "node-9", "node-9 is none of this cluster's nodes");
    }

    @Test
    void notWhileWhoVotesIsBeingChanged() {
        Configuration joint = new Configuration(voters(3).voters(), voters(2).voters(), List.of());
        Situation s = situation(ReplicaRole.MASTER, "node-1", joint, ids(2, 3), ids(2, 3));
        assertSafe(false, s, "node-2", "being changed");
    }

    /** A master that is replaced leads until that is decided, and nobody else may be able to. */
    @Test
    void whoIsReplacedMayNotGoBeforeThatIsDecided() {
        Configuration others = Configuration.of(List.of(voter(2), voter(3)));
        Situation s = situation(ReplicaRole.MASTER, "node-1", others, 91, ids(2, 3), ids(2, 3));
        assertSafe(false, s, "node-1", "is not decided yet");
        assertEquals("keep this node running until it is", finding(s, "vote").whatToDo());
        Situation decided = situation(ReplicaRole.SLAVE, "node-2", others, 90, ids(2, 3), ids());
        assertTrue(finding(decided, "vote").reason().contains("or was removed"));
    }

    /** That it votes no more may be lost, and then it does. */
    @Test
    void notWhileWhoVotesIsNotDecided() {
        Configuration four = voters(3).withStandby(voter(4));
        Situation s = situation(ReplicaRole.MASTER, "node-1", four, 91, ids(2, 3), ids(2, 3));
        assertSafe(false, s, "node-2", "being changed");
        assertSafe(true, s, "node-4", "has no vote");
        Situation without = situation(ReplicaRole.MASTER, "node-1", voters(2), 91, ids(2, 3), ids(2, 3));
        assertSafe(false, without, "node-3", "is not decided yet");
    }

    @Test
    void whoHasNoVoteMayGo() {
        Configuration with = voters(2).withLearner(voter(3));
        Situation s = situation(ReplicaRole.MASTER, "node-1", with, ids(2, 3), ids(2));
        assertSafe(true, s, "node-3", "has no vote");
    }

    /** A rolling restart goes by the list of all nodes. */
    @Test
    void whoStandsByMayGoAndIsOneOfTheNodes() {
        Configuration with = voters(3).withStandby(voter(4));
        Situation s = situation(ReplicaRole.MASTER, "node-1", with, ids(2, 3, 4), ids(2, 3, 4));
        assertSafe(true, s, "node-4", "has no vote");
        assertSafe(
                false, s, "node-9", "node-9 is none of this cluster's nodes, which are node-1, node-2, node-3, node-4");
        Situation behind = situation(ReplicaRole.MASTER, "node-1", with, ids(2), ids(2));
        assertSafe(true, behind, "node-4", "has no vote");
        assertSafe(false, behind, "node-2");
    }

    @Test
    void whoWasRemovedMayGoByItsOwnWord() {
        Situation s = situation(ReplicaRole.LEARNER, "", voters(3), ids(), ids());
        Situation removed = new Situation(
                "node-4",
                voter(4).id(),
                s.atNanos(),
                s.status(),
                "",
                s.configuration(),
                1,
                Map.of(),
                false,
                true,
                false,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                0,
                0,
                false,
                "",
                Map.of(),
                1,
                Map.of());
        assertSafe(true, removed, "node-4", "was removed from the cluster");
        assertSafe(false, removed, "node-1", "no master is known");
    }

    private static Finding finding(Situation s, String subject) {
        return Explainer.explain(s).stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLostQuorumSaysWhoIsMissingSinceWhenAndWhatToDo() {
        Finding master = finding(situation(ReplicaRole.SLAVE, "", voters(3), ids(), ids()), "master");
        assertEquals(State.BROKEN, master.state());
        assertEquals(
                "no master has been heard for 12 s; the term is 7. Of 3 voters 2 must agree, and this node reaches 1, itself"
                        + " included; not reached: node-2, node-3 (connection refused)",
                master.reason());
        assertTrue(master.whatToDo().startsWith("start 1 of node-2, node-3"), master.whatToDo());
    }

    private static Situation told(Map<String, Integer> levels) {
        return situation(ReplicaRole.MASTER, "node-1", voters(3), 1, ids(2, 3), ids(2, 3), levels);
    }

    @Test
    void anUpgradeThatIsNotFinishedIsSaidAndIsNoTrouble() {
        Finding all = finding(told(Map.of(voter(1).id(), 2, voter(2).id(), 2, voter(3).id(), 2)), "upgrade");
        assertEquals(State.OK, all.state());
        assertTrue(all.reason().startsWith("all nodes support level 2 of the log, which is at 1"), all.reason());
        assertTrue(all.whatToDo().startsWith("ha upgrade finish"), all.whatToDo());
        Finding some = finding(told(Map.of(voter(1).id(), 2, voter(2).id(), 1)), "upgrade");
        assertEquals(State.OK, some.state());
        assertTrue(some.reason().endsWith("not so, or not heard: node-2, node-3"), some.reason());
        Situation none = told(Map.of(voter(1).id(), 1, voter(2).id(), 1, voter(3).id(), 1));
        assertTrue(
                Explainer.explain(none).stream()
                        .noneMatch(finding -> finding.subject().equals("upgrade")),
                "there is no upgrade");
        assertEquals(1, UpgradeReport.common(voters(3), none.levels()));
        assertEquals(0, UpgradeReport.common(voters(3), Map.of(voter(1).id(), 2)), "of the others it is not known");
    }

    @Test
    void anElectionThatIsUnderWayIsWaitedFor() {
        Situation s = new Situation(
                "node-1",
                voter(1).id(),
                1_000_000_000L,
                LogStatus.unknown(ReplicaRole.SLAVE),
                "",
                voters(3),
                1,
                Map.of(),
                true,
                false,
                true,
                ids(3),
                ids(2),
                ids(2),
                ids(),
                ids(),
                0,
                0,
                false,
                "the disk is full",
                Map.of(),
                1,
                Map.of());
        Finding master = finding(s, "master");
        assertEquals(State.WAITING, master.state());
        assertTrue(master.reason().contains("refused this node a vote: node-2"), master.reason());
        assertTrue(master.reason().contains("this node does not vote"), master.reason());
        assertTrue(
                finding(s, "vote").reason().endsWith("not heard yet: node-3"),
                finding(s, "vote").reason());
        assertEquals(State.BROKEN, finding(s, "log").state());
        assertEquals(State.WAITING, finding(s, "voters").state());
        assertTrue(
                finding(s, "voters").reason().contains("bare majority"),
                finding(s, "voters").reason());
    }

    @Test
    void aMasterTellsWhoIsBehind() {
        List<Finding> findings = Explainer.explain(master(3, ids(2, 3), ids(2)));
        assertEquals(
                List.of("master OK", "voters OK", "slave node-3 WAITING"),
                findings.stream().map(f -> f.subject() + " " + f.state()).toList());
        assertEquals(
                State.OK,
                finding(situation(ReplicaRole.SLAVE, "node-2", voters(3), ids(2, 3), ids()), "master")
                        .state());
    }
}
