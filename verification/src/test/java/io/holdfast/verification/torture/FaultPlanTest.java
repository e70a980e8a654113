package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.torture.Fault.Kind;
import io.holdfast.verification.torture.FaultPlan.Step;
import io.holdfast.verification.torture.FaultPlan.Window;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
    private static List<Window> windows(long seed, Set<Kind> kinds, int nodes, int count) {
        FaultPlan plan = new FaultPlan(seed, kinds, nodes);
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            windows.add(plan.next());
        }
        return windows;
    }

    @Test
    void aSeedIsOnePlan() {
        Set<Kind> all = EnumSet.allOf(Kind.class);
        assertEquals(windows(7, all, 3, 50), windows(7, all, 3, 50));
        assertTrue(!windows(7, all, 3, 50).equals(windows(8, all, 3, 50)));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void aWindowStrikesAMinorityUnlessItSaysOtherwise(int nodes) {
        int more = 0;
        for (Window window : windows(1, EnumSet.allOf(Kind.class), nodes, 300)) {
            Set<Integer> struck = window.steps().stream()
                    .filter(step -> step.fault().kind() != Kind.CLOCK)
                    .map(Step::victim)
                    .collect(Collectors.toSet());
            assertTrue(window.majority() || struck.size() <= (nodes - 1) / 2, window.toString());
            assertTrue(struck.stream().allMatch(victim -> victim >= 0 && victim < nodes), window.toString());
            more += window.majority() ? 1 : 0;
        }
        assertTrue(more > 20 && more < 80, more + " of 300 strike a majority");
    }

    @Test
    void everyFaultComesAndIsWithinItsBounds() {
        Set<Fault> seen = EnumSet.noneOf(Fault.class);
        for (Window window : windows(3, EnumSet.allOf(Kind.class), 3, 400)) {
            for (Step step : window.steps()) {
                seen.add(step.fault());
                assertTrue(step.atMillis() >= 0 && step.endMillis() <= 20_000, step.toString());
                if (step.fault() == Fault.CLOCK_RATE) {
                    assertTrue(Math.abs(step.amount()) <= 100, step + ": the product allows a quarter between two");
                }
            }
        }
        assertEquals(EnumSet.allOf(Fault.class), seen);
    }

    @Test
    void onlyWhatWasAskedForComes() {
        for (Window window : windows(3, EnumSet.of(Kind.CLOCK), 3, 50)) {
            assertTrue(window.steps().stream().allMatch(step -> step.fault().kind() == Kind.CLOCK), window.toString());
        }
    }
}
