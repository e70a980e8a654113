package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.replication.Autopilot;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.node.AutopilotPlan.Decision;
import io.holdfast.replication.node.AutopilotPlan.Seen;
import io.holdfast.replication.raft.ShapeChange;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When the autopilot replaces a voter, when it gives a vote, and above all when it does nothing. */
class AutopilotPlanTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 10_000 * SECOND;

    private Configuration configuration = Configuration.of(List.of(node("a"), node("b"), node("c")));
    private final Map<String, Seen> members = new TreeMap<>();
    private final Map<String, Long> silent = new TreeMap<>();
    private final Set<String> ready = new TreeSet<>();
    private final Map<String, Long> steady = new TreeMap<>();
    private boolean decided = true;
    private boolean serves = true;
    private long quietSince = NOW - 3_600 * SECOND;
    private int target = 3;
    private long after = 300 * SECOND;

    AutopilotPlanTest() {
        there("b", "x");
        there("c", "y");
        members.put("a", new Seen(MemberState.ALIVE, 0, "x"));
    }

    private static Voter node(String id) {
        return new Voter(id, new UUID(1, id.charAt(0)), new Address(id, 1));
    }

    private void there(String id, String zone) {
        members.put(id, new Seen(MemberState.ALIVE, 0, zone));
        silent.put(node(id).id(), SECOND / 10);
        ready.add(node(id).id());
    }

    private void learner(String id, String zone) {
        there(id, zone);
        configuration = configuration.withStandby(node(id));
        steady.put(node(id).id(), 3_600 * SECOND);
    }

    private void is(String id, MemberState state, long sinceSeconds, long silentSeconds) {
        members.put(
                id, new Seen(state, NOW - sinceSeconds * SECOND, members.get(id).zone()));
        silent.put(node(id).id(), silentSeconds * SECOND);
        if (silentSeconds > 0) {
            ready.remove(node(id).id());
        }
    }

    private Decision decide() {
        return AutopilotPlan.decide(new AutopilotPlan.View(
                NOW,
                node("a").id(),
                configuration,
                decided,
                serves,
                silent,
                ready,
                steady,
                members,
                quietSince,
                target,
                after));
    }

    /** Under load each is behind for an instant, again and again. */
    @Test
    void whoIsBehindForAnInstantIsNoLessThere() {
        learner("d", "x");
        learner("e", "x");
        learner("f", "x");
        is("f", MemberState.SUSPECT, 1, 0);
        Set<String> sound = Set.of(node("b").id(), node("d").id(), node("f").id());
        ready.clear();
        assertEquals(Set.of(node("d").id()), AutopilotPlan.staying(configuration, sound, members));
        assertEquals(Set.of(), AutopilotPlan.staying(configuration, Set.of(), members));
    }

    private void nothing(String says) {
        Decision decision = decide();
        assertNull(decision.change(), decision.reason());
        assertTrue(decision.reason().contains(says), decision.reason());
    }

    private void expect(ShapeChange change, String says) {
        Decision decision = decide();
        assertEquals(change, decision.change(), decision.reason());
        assertTrue(decision.reason().contains(says), decision.reason());
    }

    @Test
    void whoIsDeadToBothForLongEnoughIsReplaced() {
        learner("d", "x");
        nothing("all voters are there");
        is("c", MemberState.DEAD, 299, 300);
        nothing("c (zone y) is dead to the membership for 299 s");
        is("c", MemberState.DEAD, 300, 299);
        nothing("silent in replication for 299 s");
        is("c", MemberState.DEAD, 300, 300);
        expect(ShapeChange.replace("c", "d"), "d (zone x), which has the log, gets its vote");
    }

    @Test
    void neitherWitnessAloneIsBelieved() {
        learner("d", "x");
        is("c", MemberState.DEAD, 5_000, 0);
        nothing("it is not silent");
        for (MemberState state : new MemberState[] {MemberState.ALIVE, MemberState.SUSPECT}) {
            is("c", state, 5_000, 5_000);
            nothing("c is silent in replication, and " + state + " to the membership");
        }
        members.remove("c");
        nothing("has never seen it");
    }

    @Test
    void whoStoppedInGoodOrderIsWaitedFor() {
        learner("d", "x");
        is("c", MemberState.LEFT, 50_000, 50_000);
        nothing("c was stopped in good order, and is waited for");
    }

    @Test
    void onlyALearnerThatLivesAndHasTheLogGetsTheVote() {
        is("c", MemberState.DEAD, 400, 400);
        nothing("there is no learner that is alive and has the log");
        assertTrue(decide().lacks().contains("join"), decide().lacks());
        learner("d", "x");
        ready.remove(node("d").id());
        nothing("no learner");
        ready.add(node("d").id());
        is("d", MemberState.SUSPECT, 1, 0);
        nothing("no learner");
        members.remove("d");
        nothing("no learner");
        there("d", "x");
        expect(ShapeChange.replace("c", "d"), "");
    }

    /** Whoever comes and goes would as a voter, too, and would never be away for long enough to lose its vote again. */
    @Test
    void whoHasJustComeGetsNoVote() {
        is("c", MemberState.DEAD, 400, 400);
        learner("d", "y");
        steady.put(node("d").id(), 29 * SECOND);
        nothing("d has been there for 29 s of the 30 s before it gets a vote");
        assertTrue(decide().lacks().contains("if a learner does not stay"), decide().lacks());
        learner("e", "x");
        expect(ShapeChange.replace("c", "e"), "e (zone x)");
        steady.put(node("d").id(), 30 * SECOND);
        expect(ShapeChange.replace("c", "d"), "d (zone y)");
        steady.remove(node("d").id());
        expect(ShapeChange.replace("c", "e"), "e (zone x)");
    }

    @Test
    void whoHasJustComeDoesNotMakeUpForTooFewVoters() {
        configuration = Configuration.of(List.of(node("a"), node("b")));
        learner("d", "x");
        steady.put(node("d").id(), 4 * SECOND);
        nothing("3 are wanted; d has been there for 4 s of the 30 s");
        steady.put(node("d").id(), 30 * SECOND);
        expect(ShapeChange.add("d"), "");
        configuration = Configuration.of(List.of(node("a"), node("b"), node("c")));
        target = 5;
        learner("d", "x");
        learner("e", "y");
        steady.put(node("e").id(), 4 * SECOND);
        nothing("5 are wanted; e has been there for 4 s of the 30 s");
    }

    @Test
    void oneInTheZoneOfTheDeadIsPreferred() {
        learner("d", "x");
        learner("e", "y");
        is("c", MemberState.DEAD, 400, 400);
        expect(ShapeChange.replace("c", "e"), "e (zone y)");
        is("b", MemberState.DEAD, 399, 0);
        expect(ShapeChange.replace("c", "e"), "dead to the membership for 400 s");
    }

    @Test
    void theOneThatIsDeadForLongestComesFirst() {
        configuration = Configuration.of(List.of(node("a"), node("b"), node("c"), node("f"), node("g")));
        target = 5;
        there("f", "x");
        there("g", "x");
        learner("d", "z");
        is("c", MemberState.DEAD, 400, 400);
        is("f", MemberState.DEAD, 500, 500);
        expect(ShapeChange.replace("f", "d"), "");
    }

    @Test
    void nothingIsDoneWhereNoMajorityIsThereOrSomethingElseIsUnderWay() {
        learner("d", "x");
        is("c", MemberState.DEAD, 400, 400);
        is("b", MemberState.DEAD, 400, 400);
        nothing("of 3 voters 1 are connected and have the log");
        there("b", "x");
        serves = false;
        nothing("no entry of its own term");
        serves = true;
        decided = false;
        nothing("is being changed");
        decided = true;
        quietSince = NOW - 29 * SECOND;
        nothing("changed 29 s ago");
        quietSince = NOW - 30 * SECOND;
        expect(ShapeChange.replace("c", "d"), "");
        after = 12 * SECOND;
        quietSince = NOW - 11 * SECOND;
        nothing("it looks after 12 s");
        quietSince = NOW - 12 * SECOND;
        expect(ShapeChange.replace("c", "d"), "");
    }

    @Test
    void votesAreGivenWhileThereAreTooFew() {
        configuration = Configuration.of(List.of(node("a"), node("b")));
        nothing("there are 2 voters, and 3 are wanted; there is no learner");
        learner("d", "x");
        expect(ShapeChange.add("d"), "there are 2 voters, and 3 are wanted");
        learner("e", "z");
        expect(ShapeChange.add("e"), "e (zone z)"); // where nobody votes yet
        target = 1;
        nothing("all voters are there");
    }

    @Test
    void noVoteThatMakesTheNumberEvenWhileNobodyCanFollow() {
        target = 5;
        learner("d", "x");
        nothing("one more learner than d is needed");
        learner("e", "x");
        expect(ShapeChange.add("d"), "");
        is("c", MemberState.LEFT, 100, 100);
        expect(ShapeChange.add("d"), "");
    }

    @Test
    void howManyAreWanted() {
        AutopilotSettings settings = new AutopilotSettings(Autopilot.ON, after, 0);
        assertEquals(3, settings.target(3));
        assertEquals(3, settings.target(4), "four survive no more deaths");
        assertEquals(1, settings.target(2));
        assertEquals(1, settings.target(1));
        assertEquals(7, new AutopilotSettings(Autopilot.ON, after, 7).target(3));
    }
}
