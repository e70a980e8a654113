package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Health;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandOverRuleTest {
    private static final long CALM = 30_000;
    private final HandOverRule rule = new HandOverRule(CALM);

    private static Candidate node(String id, Health health, int priority, long settled) {
        return new Candidate(id, health, priority, false, settled);
    }

    private String decide(Health health, int priority, long held, Candidate... others) {
        return rule.decide(node("holder", health, priority, 0), held, List.of(others))
                .map(HandOverRule.Wanted::to)
                .orElse("");
    }

    @Test
    void nothingBetterNothingDone() {
        assertEquals("", decide(Health.UP, 0, CALM * 10));
        assertEquals("", decide(Health.UP, 0, CALM * 10, node("a", Health.UP, 0, CALM)));
        assertEquals("", decide(Health.UP, 0, CALM * 10, node("a", Health.DEGRADED, 100, CALM)));
        assertEquals("", decide(Health.DOWN, 0, CALM * 10, node("a", Health.DOWN, 0, CALM)));
    }

    @Test
    void aHealthierOneHasItAfterTheCalm() {
        assertEquals("", decide(Health.DEGRADED, 0, CALM - 1, node("a", Health.UP, 0, CALM)));
        assertEquals("a", decide(Health.DEGRADED, 0, CALM, node("a", Health.UP, -100, CALM)));
        assertEquals("", decide(Health.DEGRADED, 0, CALM, node("a", Health.UP, 0, CALM / 3 - 1)), "it comes and goes");
    }

    @Test
    void aHigherPriorityHasItAfterTheCalm() {
        assertEquals("", decide(Health.UP, 0, CALM - 1, node("a", Health.UP, 1, CALM)));
        assertEquals("a", decide(Health.UP, 0, CALM, node("a", Health.UP, 1, CALM / 3)));
        assertEquals("", decide(Health.UP, 1, CALM, node("a", Health.UP, 1, CALM)));
    }

    @Test
    void oneThatIsDownGivesItAwayAtOnce() {
        assertEquals("a", decide(Health.DOWN, 100, 0, node("a", Health.DEGRADED, 0, 0)));
        assertEquals("b", decide(Health.DOWN, 0, 0, node("a", Health.DEGRADED, 9, 0), node("b", Health.UP, 0, 0)));
        assertEquals("", decide(Health.DOWN, 0, 0, node("a", Health.DOWN, 1, CALM / 3 - 1)));
    }

    @Test
    void theBestOfSeveralIsTaken() {
        assertEquals(
                "c",
                decide(
                        Health.DEGRADED,
                        0,
                        CALM,
                        node("a", Health.DEGRADED, 50, CALM),
                        node("b", Health.UP, 1, CALM),
                        node("c", Health.UP, 2, CALM)));
    }

    @Test
    void oneThatPausesIsLeftAlone() {
        Optional<HandOverRule.Wanted> wanted = rule.decide(
                node("holder", Health.DOWN, 0, 0), CALM, List.of(new Candidate("a", Health.UP, 0, true, CALM)));
        assertEquals(Optional.empty(), wanted);
    }
}
