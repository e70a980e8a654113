package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.Health;
import io.holdfast.integrations.election.StoreHealth.Reach;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElectionExplainerTest {
    private static List<Finding> explain(Views views, Reach reach) {
        return ElectionExplainer.explain(views.view(), reach, Views.STORE, Views.LEASE_NANOS, Views.NOW);
    }

    private static List<Finding> about(String subject, List<Finding> findings) {
        return findings.stream().filter(f -> f.subject().equals(subject)).toList();
    }

    private static void says(Views views, String subject, State state, String... parts) {
        says(views, Views.reached(), subject, state, parts);
    }

    private static void says(Views views, Reach reach, String subject, State state, String... parts) {
        List<Finding> all = explain(views, reach);
        List<Finding> findings = about(subject, all);
        assertEquals(1, findings.size(), all.toString());
        assertEquals(state, findings.get(0).state(), all.toString());
        for (String part : parts) {
            assertTrue(findings.get(0).reason().contains(part), part + " in " + findings);
        }
    }

    private static void isSilentOn(Views views, String subject) {
        assertEquals(List.of(), about(subject, explain(views, Views.reached())));
    }

    @Test
    void whoIsThere() {
        says(
                new Views().lives("node-1", Health.UP).run("node-2", Health.UP, 7_000),
                "election store",
                State.OK,
                "node-1 (UP), node-2 (silent for 7000 ms)");
    }

    @Test
    void aStoreThatIsAway() {
        Views views = new Views()
                .lives("node-1", Health.UP, "master")
                .lives("node-2", Health.UP)
                .holds("node-2", "master");
        says(
                views,
                Views.awayFor(4_000),
                "election store",
                State.WAITING,
                "has not answered for 4000 ms, in 3 failed requests: ConnectException: refused",
                "ends 6000 ms from now");
        says(views, Views.awayFor(40_000), "election store", State.BROKEN, "whatever this node held has ended");
        says(
                views,
                Views.awayFor(4_000),
                "master",
                State.WAITING,
                "nobody is given anything without it",
                "held by node-2 with token 7");
    }

    @Test
    void aStoreThatHasNeverAnswered() {
        Views views = new Views().unread().stands("master").stands("invoices");
        Reach never = new Reach(false, false, Views.NOW - 5 * Views.MILLI, 0, "");
        says(views, never, "election store", State.WAITING, "has not answered yet");
        says(views, never, "master", State.WAITING, "nobody is given it before etcd at here has been read");
        says(views, never, "role invoices", State.WAITING, "nobody is given it before");
    }

    @Test
    void aRoleThatALiveNodeHoldsIsTheClustersToTell() {
        isSilentOn(new Views().lives("node-1", Health.UP, "master").granted("master"), "master");
        isSilentOn(
                new Views()
                        .lives("node-1", Health.UP, "master")
                        .lives("node-2", Health.UP, "master")
                        .holds("node-2", "master"),
                "master");
    }

    @Test
    void aHolderThatIsSilent() {
        says(
                new Views()
                        .lives("node-1", Health.UP, "master")
                        .run("node-2", Health.UP, 7_000, "master")
                        .holds("node-2", "master"),
                "master",
                State.WAITING,
                "held by node-2 with token 7, which has not renewed for 7000 ms",
                "counts as gone in 4000 ms",
                "may run for 6000 ms after that");
    }

    /** It was killed and started again: its old run is a holder like any other that is gone. */
    @Test
    void aFormerRunOfTheNodeItself() {
        Views views = new Views().lives("node-1", Health.UP, "master");
        views.held("node-1-before", "node-1", "master", true, true, SeenRole.NEVER);
        isSilentOn(views, "master"); // of a run without a record nothing is known
        Views both = new Views().run("node-0", Health.UP, 300).lives("node-1", Health.UP, "master");
        both.held("node-0-run", "node-1", "master", true, true, SeenRole.NEVER);
        says(both, "master", State.WAITING, "in its former run, which has not renewed for 300 ms");
    }

    @Test
    void aHolderThatIsGoneAndMayStillStop() {
        says(
                new Views().lives("node-1", Health.UP, "invoices").holds("node-9", "invoices"),
                "role invoices",
                State.WAITING,
                "held by node-9 with token 7, which is gone",
                "for 400 ms more");
    }

    @Test
    void aFreeRole() {
        says(
                new Views().lives("node-1", Health.UP, "master").lives("node-2", Health.DOWN, "master"),
                "master",
                State.WAITING,
                "it is free, and one of these takes it: node-1, node-2");
        says(
                new Views().lives("node-1", Health.DOWN, "master"),
                "master",
                State.WAITING,
                "all that stand for it are DOWN",
                "node-1");
        says(
                new Views().lives("node-1", Health.UP, "-invoices"),
                "role invoices",
                State.WAITING,
                "has just given it up");
        says(new Views().stands("master"), "master", State.WAITING, "is about to say");
    }

    @Test
    void nobodyThatStands() {
        Views views = new Views().lives("node-1", Health.UP);
        says(views, "master", State.OK, "no node has stood for it");
        views.held("node-3-run", "node-3", "master", false, false, Views.NOW - 1);
        says(views, "master", State.BROKEN, "no node that lives stands for it", "the last was node-3 with token 7");
    }

    @Test
    void whatStandsInTheWay() {
        Views later = new Views().lives("node-1", Health.UP, "master").complains("write .epoch(2)");
        says(later, "election", State.BROKEN, "write .epoch(2)");
        says(later, "master", State.BROKEN, "this node takes nothing: see election");
        says(
                new Views().lives("node-1", Health.UP, "master").unreadable("master"),
                "master",
                State.BROKEN,
                "cannot be read");
    }
}
