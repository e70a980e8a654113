package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import io.holdfast.core.SafeToStop;
import io.holdfast.integrations.election.StoreHealth.Reach;
import org.junit.jupiter.api.Test;

class StopDecisionTest {
    private static final long FRESH_NANOS = 3_000 * Views.MILLI;

    private static SafeToStop decide(Views views, Reach reach, String node) {
        return StopDecision.decide(views.view(), reach, Views.STORE, FRESH_NANOS, node, Views.NOW);
    }

    private static void yes(Views views, String node, String... toKnow) {
        SafeToStop answer = decide(views, Views.reached(), node);
        assertTrue(answer.safe(), answer.toString());
        assertEquals(toKnow.length, answer.reasons().size(), answer.toString());
        for (String part : toKnow) {
            assertTrue(answer.reasons().toString().contains(part), answer.toString());
        }
    }

    private static void no(Views views, String node, String why) {
        no(views, Views.reached(), node, why);
    }

    private static void no(Views views, Reach reach, String node, String why) {
        SafeToStop answer = decide(views, reach, node);
        assertFalse(answer.safe(), answer.toString());
        assertTrue(answer.reasons().toString().contains(why), answer.toString());
        assertEquals("", answer.askNode(), "every node knows what the store says");
    }

    private static Views three() {
        return new Views()
                .lives("node-1", Health.UP, "master")
                .lives("node-2", Health.UP, "master")
                .lives("node-3", Health.UP, "master");
    }

    @Test
    void oneOfSeveralMayBe() {
        yes(three().holds("node-2", "master"), "node-1");
        yes(three().holds("node-2", "master"), "node-3");
        yes(three().holds("node-2", "master"), "node-2", "it holds master; others take that when it stops");
    }

    @Test
    void theOnlyNodeMayNot() {
        no(new Views().lives("node-1", Health.UP), "node-1", "it is the only node that lives");
        no(
                new Views().lives("node-1", Health.UP).run("node-2", Health.UP, 7_000, "master"),
                "node-1",
                "it is the only node that lives");
    }

    /** What a node finds in the store at first may have been written by runs that are long dead. */
    @Test
    void whoWasOnlyFoundIsNotTakenForAlive() {
        Views views = new Views().lives("node-1", Health.UP, "master").found("node-2", Health.UP, "master");
        no(views.granted("master"), "node-1", "has not seen node-2 renew a record yet");
        yes(
                new Views()
                        .lives("node-1", Health.UP, "master")
                        .found("node-2", Health.UP, "master")
                        .lives("node-3", Health.UP, "master")
                        .granted("master"),
                "node-1",
                "it holds master");
    }

    @Test
    void theOnlyOneThatStandsForWhatItHoldsMayNot() {
        Views views = new Views()
                .lives("node-1", Health.UP, "master", "invoices")
                .lives("node-2", Health.UP, "master")
                .granted("invoices")
                .holds("node-2", "master");
        no(views, "node-1", "it holds role invoices, and no other node could take it: none stands for it");
        yes(views, "node-2", "it holds master");
    }

    @Test
    void norTheOnlyOneThatCouldTakeWhatNobodyHolds() {
        Views views = new Views().lives("node-1", Health.UP).lives("node-2", Health.UP, "invoices");
        no(views, "node-2", "nobody holds role invoices, and no other node could take it");
        yes(views, "node-1");
        no(views.holds("node-3", "invoices"), "node-2", "nobody holds role invoices");
    }

    @Test
    void whoIsDownOrHasJustGivenUpTakesNothing() {
        Views down = new Views()
                .lives("node-1", Health.DEGRADED, "master")
                .lives("node-2", Health.DOWN, "master")
                .granted("master");
        no(down, "node-1", "node-2 is DOWN");
        Views tired = new Views()
                .lives("node-1", Health.UP, "invoices")
                .lives("node-2", Health.UP, "-invoices")
                .granted("invoices");
        no(tired, "node-1", "node-2 has just given it up");
    }

    @Test
    void whoIsDownItselfLosesNothingByIt() {
        yes(
                new Views()
                        .lives("node-1", Health.DOWN, "master")
                        .lives("node-2", Health.DOWN, "master")
                        .granted("master"),
                "node-1",
                "it holds master");
    }

    @Test
    void theLastSpareMayBeAndThatIsSaid() {
        Views two = new Views()
                .lives("node-1", Health.UP, "master")
                .lives("node-2", Health.UP, "master")
                .holds("node-2", "master");
        yes(two, "node-1", "while it is away nobody else stands for what these hold: master (node-2)");
    }

    /** Who holds it has died, and its record has not run out yet. */
    @Test
    void theOnlySuccessorOfOneThatIsDeadMayNot() {
        Views views = new Views()
                .lives("node-1", Health.UP, "invoices")
                .run("node-2", Health.UP, 7_000, "invoices")
                .lives("node-3", Health.UP)
                .holds("node-2", "invoices");
        no(views, "node-1", "node-2, which does not live, holds role invoices, and no other node could take it");
        yes(views, "node-3");
    }

    /** Its record is not written yet, or has run out; what it stands for it knows itself. */
    @Test
    void aNodeWithoutARecordStillKnowsWhatItStandsFor() {
        Views views = new Views().lives("node-2", Health.UP).stands("invoices");
        no(views, "node-1", "nobody holds role invoices, and no other node could take it");
    }

    @Test
    void oneThatIsSilentMayBe() {
        yes(three().run("node-4", Health.UP, 7_000, "master").holds("node-1", "master"), "node-4", "7000 ms");
    }

    @Test
    void nobodyMayBeWhileTheStoreIsAway() {
        no(three(), Views.awayFor(700), "node-2", "etcd at here has not answered node-1 for 700 ms");
        no(three(), Views.awayFor(700), "node-2", "ConnectException: refused");
        no(three().unread(), Views.reached(), "node-2", "has not read etcd at here yet");
    }

    @Test
    void whatIsOldTellsNothing() {
        Reach old = new Reach(true, false, Views.NOW - 4_000 * Views.MILLI, 0, "");
        no(three(), old, "node-2", "what node-1 knows is 4000 ms old");
    }

    @Test
    void aStrangerIsNamedAsOne() {
        no(three(), "node-9", "node-9 is none of the nodes that have a record there, which are node-1, node-2, node-3");
    }

    @Test
    void aNodeThatTakesNothingIsNoSuccessor() {
        Views views = new Views()
                .lives("node-1", Health.UP, "master")
                .lives("node-2", Health.UP, "master")
                .holds("node-2", "master")
                .complains("a later epoch");
        no(views, "node-2", "node-1 takes none, since a later epoch");
    }

    @Test
    void ofManyRolesSomeAreNamed() {
        Views views = new Views().lives("node-2", Health.UP);
        String[] roles = new String[40];
        for (int i = 0; i < roles.length; i++) {
            roles[i] = "role-" + i;
        }
        views.lives("node-1", Health.UP, roles);
        SafeToStop answer = decide(views, Views.reached(), "node-1");
        assertEquals(11, answer.reasons().size(), answer.toString());
        assertTrue(answer.reasons().get(10).contains("30 more"), answer.toString());
    }
}
