package io.holdfast.integrations.loadbalance.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MasterRuleTest {
    private static ServerState master(long timeline) {
        return new ServerState(false, 100, timeline);
    }

    private static ServerState standby(long timeline) {
        return new ServerState(true, 100, timeline);
    }

    private static MasterRule next(MasterRule before, Map<String, ServerState> states) {
        return before.next(new TreeMap<>(states));
    }

    private final MasterRule known = next(MasterRule.BEGINNING, Map.of("a", master(1), "b", standby(1)));

    @Test
    void whoTakesWritesIsItAndItsTimelineIsTheToken() {
        assertEquals(new RoleHolder("a", new FencingToken(1)), known.master());
        assertEquals("", known.problem());
        assertNull(next(MasterRule.BEGINNING, Map.of("b", standby(1))).master());
    }

    @Test
    void itStaysWhileItIsSilentAndWhileItIsRestarted() {
        assertEquals(known.master(), next(known, Map.of("b", standby(1))).master());
        assertEquals(known.master(), next(known, Map.of()).master());
        assertEquals(
                known.master(),
                next(known, Map.of("a", standby(1), "b", standby(1))).master());
    }

    @Test
    void thePromotedOneIsItAndTheOneOfOldNeverAgain() {
        MasterRule promoted = next(known, Map.of("b", master(2)));
        assertEquals(new RoleHolder("b", new FencingToken(2)), promoted.master());
        MasterRule back = next(promoted, Map.of("a", master(1), "b", master(2)));
        assertEquals(promoted.master(), back.master());
        assertEquals(Set.of("a"), back.strays());
        assertEquals(Set.of(), promoted.strays());
        assertTrue(back.problem().contains("[a] take writes on an earlier timeline"), back.problem());
        assertEquals(promoted.master(), next(back, Map.of("a", master(1))).master());
        assertEquals(
                new RoleHolder("a", new FencingToken(3)),
                next(back, Map.of("a", master(3), "b", standby(2))).master());
    }

    @Test
    void aStandbyThatKnowsALaterTimelineEndsIt() {
        MasterRule nobody = next(known, Map.of("a", master(1), "b", standby(2)));
        assertNull(nobody.master());
        assertEquals(
                Set.of("a"), nobody.strays()); // nobody of timeline 2 is heard, and what a has is of old all the same
        assertNull(next(nobody, Map.of("a", master(1))).master());
        assertEquals(
                new RoleHolder("c", new FencingToken(2)),
                next(nobody, Map.of("a", master(1), "c", master(2))).master());
    }

    @Test
    void ofTwoThatWerePromotedApartNobodyCanTell() {
        MasterRule apart = next(known, Map.of("b", master(2), "c", master(2)));
        assertNull(apart.master());
        assertTrue(apart.problem().contains("[b, c] were promoted apart"), apart.problem());
        MasterRule first = next(known, Map.of("b", master(2)));
        MasterRule second = next(first, Map.of("c", master(2)));
        assertEquals(first.master(), second.master());
        assertEquals(Set.of("c"), second.strays());
        assertTrue(second.problem().contains("promoted apart"), second.problem());
    }
}
