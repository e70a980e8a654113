package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.VoterPlan.Decision;
import io.holdfast.replication.raft.VoterPlan.Verdict;
import io.holdfast.replication.raft.VoterPlan.View;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What may be changed, and what is said where it may not. */
class VoterPlanTest {
    private static Voter node(String id) {
        return RaftCluster.voter(id);
    }

    private static Voter onDisk(String id) {
        return RaftCluster.voter(Voter.id(id, new UUID(1, 2)));
    }

    private static Configuration voters(String... ids) {
        return Configuration.of(Arrays.stream(ids).map(VoterPlanTest::node).toList());
    }

    private static View view(Configuration configuration, String... live) {
        Map<String, Long> matches = Map.of(onDisk("d").id(), 3L);
        return view(configuration, Set.of(live), Set.of(live), ids(configuration), matches);
    }

    private static Set<String> ids(Configuration configuration) {
        return configuration.members().stream().map(Voter::id).collect(Collectors.toSet());
    }

    private static View view(
            Configuration configuration,
            Set<String> live,
            Set<String> lately,
            Set<String> heard,
            Map<String, Long> matches) {
        return new View("a", configuration, 10, true, true, true, live, lately, heard, matches, 20);
    }

    private static void expect(Decision decision, String says, View view, ShapeChange change) {
        Verdict verdict = VoterPlan.decide(view, change);
        assertEquals(decision, verdict.decision(), verdict.reason());
        assertTrue(verdict.reason().contains(says), verdict.reason());
        assertEquals(decision == Decision.BEGIN, verdict.next() != null);
    }

    @Test
    void aQuorumThatIsThereNowIsNeeded() {
        Configuration three = voters("a", "b", "c");
        expect(Decision.BEGIN, "either of two", view(three, "b", "c"), ShapeChange.remove("c"));
        expect(Decision.BEGIN, "a, b instead of a, b, c", view(three, "b"), ShapeChange.remove("c"));
        expect(Decision.REFUSED, "start or mend c", view(three, "b"), ShapeChange.remove("b"));
        expect(Decision.REFUSED, "no change can be decided", view(three), ShapeChange.remove("b"));
        // Of the four that would be left two are away.
        expect(
                Decision.REFUSED,
                "3 must agree",
                view(voters("a", "b", "c", "e", "f"), "b", "c"),
                ShapeChange.remove("c"));
        expect(Decision.BEGIN, "a, b, c, d", view(three.withStandby(node("d")), "b", "d"), ShapeChange.add("d"));
        expect(Decision.BEGIN, "a, b, d", view(three.withStandby(node("d")), "b", "d"), ShapeChange.replace("c", "d"));
    }

    /** A pause of a machine, and be it this one, is nothing that anybody has to mend. */
    @Test
    void whoIsSilentForAMomentIsWaitedFor() {
        Configuration three = voters("a", "b", "c").withStandby(node("d"));
        Set<String> none = Set.of();
        View paused = view(three, none, none, none, Map.of());
        expect(Decision.WAIT, "a has stood still", paused, ShapeChange.remove("b"));
        View quiet = view(three, none, Set.of("b"), Set.of("b"), Map.of());
        expect(Decision.WAIT, "b, c should have answered by now", quiet, ShapeChange.remove("c"));
        View behind = view(three, none, none, Set.of("b"), Map.of());
        expect(Decision.REFUSED, "no change can be decided", behind, ShapeChange.remove("c"));
        View quietAfter = view(three, Set.of("b"), Set.of("b", "c"), Set.of("b", "c"), Map.of());
        expect(Decision.WAIT, "c should have answered by now", quietAfter, ShapeChange.remove("b"));
        View silentAfter = view(three, Set.of("b"), Set.of("b"), Set.of("b"), Map.of());
        expect(Decision.REFUSED, "start or mend c", silentAfter, ShapeChange.remove("b"));
    }

    @Test
    void theLastOneIsNotRemovedNorTheOnlyCopy() {
        expect(Decision.REFUSED, "only voter", view(voters("a")), ShapeChange.remove("a"));
        View onlyA = view(voters("a", "b"), "x");
        expect(Decision.REFUSED, "no change can be decided", onlyA, ShapeChange.remove("a"));
    }

    @Test
    void aMasterHandsOverFirst() {
        expect(Decision.GIVE_WAY, "hands over", view(voters("a", "b", "c"), "b", "c"), ShapeChange.remove("a"));
        Configuration alone = voters("a").withStandby(node("d"));
        expect(Decision.BEGIN, "d instead of a", view(alone, "d"), ShapeChange.replace("a", "d"));
    }

    @Test
    void nothingIsDoneTwice() {
        expect(Decision.DONE, "none of this cluster", view(voters("a", "b"), "b"), ShapeChange.remove("x"));
        expect(Decision.DONE, "has a vote", view(voters("a", "b"), "b"), ShapeChange.add("b"));
        expect(Decision.DONE, "has a vote", view(voters("a", "b"), "b"), ShapeChange.replace("x", "b"));
        expect(Decision.REFUSED, "remove c instead", view(voters("a", "b", "c"), "b"), ShapeChange.replace("c", "b"));
        expect(
                Decision.REFUSED,
                "Add d instead",
                view(voters("a", "b").withStandby(node("d")), "b", "d"),
                ShapeChange.replace("x", "d"));
    }

    @Test
    void whatMayComeIsWaitedFor() {
        Configuration three = voters("a", "b", "c");
        expect(Decision.WAIT, "has not joined", view(three, "b", "c"), ShapeChange.add("d"));
        expect(Decision.WAIT, "up to 3 of 20", view(three.withStandby(onDisk("d")), "b", "c"), ShapeChange.add("d"));
        expect(Decision.WAIT, "by itself", view(three.withLearner(node("d")), "b", "c", "d"), ShapeChange.add("d"));
        Set<String> others = Set.of("b", "c");
        View changing = new View("a", three, 10, false, true, true, others, others, others, Map.of(), 20);
        expect(Decision.WAIT, "at index 10", changing, ShapeChange.remove("c"));
        View fresh = new View("a", three, 10, true, false, true, others, others, others, Map.of(), 20);
        expect(Decision.WAIT, "just become master", fresh, ShapeChange.remove("c"));
        Configuration one = voters("a").withStandby(node("d"));
        Set<String> d = Set.of("d");
        View unwritten = new View("a", one, 10, true, true, false, d, d, d, Map.of(), 20);
        expect(Decision.WAIT, "written down", unwritten, ShapeChange.add("d"));
        Configuration joint = three.withStandby(node("d")).exchanging("d", "", false);
        expect(Decision.WAIT, "under way", view(joint, "b", "c", "d"), ShapeChange.remove("b"));
    }

    @Test
    void whoHasNoVoteIsForgotten() {
        Configuration three = voters("a", "b", "c").withStandby(node("d"));
        Verdict verdict = VoterPlan.decide(view(three), ShapeChange.remove("d"));
        assertEquals(voters("a", "b", "c"), verdict.next());
    }

    @Test
    void nineAreTheMost() {
        Configuration nine = voters("a", "b", "c", "e", "f", "g", "h", "i", "j").withStandby(node("d"));
        View view = view(nine, "b", "c", "e", "f", "g", "d");
        expect(Decision.REFUSED, "the most", view, ShapeChange.add("d"));
        assertEquals(
                List.of(Decision.BEGIN),
                List.of(VoterPlan.decide(view, ShapeChange.replace("j", "d")).decision()));
    }
}
