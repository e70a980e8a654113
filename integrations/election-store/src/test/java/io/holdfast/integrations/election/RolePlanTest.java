package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RolePlanTest {
    private static Candidate node(String id, Health health, int priority, boolean paused) {
        return new Candidate(id, health, priority, paused, 0);
    }

    private static List<String> order(RolePlan.Free free) {
        return new RolePlan(Map.of()).plan(new TreeMap<>(Map.of("r", free))).get("r");
    }

    @Test
    void theNamedThenTheUnpausedThenTheHealthyThenTheHigherPriority() {
        List<Candidate> all = List.of(
                node("a", Health.UP, 0, true),
                node("b", Health.DOWN, 0, false),
                node("c", Health.UP, 0, false),
                node("d", Health.UP, 5, false),
                node("e", Health.DEGRADED, 9, false));
        assertEquals(List.of("b", "d", "c", "e", "a"), order(new RolePlan.Free("b", "", all)));
    }

    @Test
    void whoGaveItBackComesAfterWhoeverIsNotDown() {
        List<Candidate> all = List.of(
                node("a", Health.UP, 50, false),
                node("b", Health.DEGRADED, 0, false),
                node("c", Health.DOWN, 0, false));
        assertEquals(List.of("b", "a", "c"), order(new RolePlan.Free("", "a", all)));
    }

    @Test
    void rolesAreSpreadWithinOneOfEven() {
        List<Candidate> all =
                List.of(node("a", Health.UP, 0, false), node("b", Health.UP, 0, false), node("c", Health.UP, 0, false));
        SortedMap<String, RolePlan.Free> free = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            free.put("role-" + i, new RolePlan.Free("", "", all));
        }
        SortedMap<String, List<String>> plan = new RolePlan(Map.of("a", 7)).plan(free);
        Map<String, Integer> count = new HashMap<>(Map.of("a", 7));
        plan.values().forEach(order -> count.merge(order.get(0), 1, Integer::sum));
        assertEquals(207, count.values().stream().mapToInt(i -> i).sum());
        assertTrue(count.values().stream().allMatch(n -> n == 69), count.toString());
    }
}
