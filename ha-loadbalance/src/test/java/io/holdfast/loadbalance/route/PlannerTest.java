package io.holdfast.loadbalance.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final List<Health> HEALTHS = List.of(Health.UP, Health.DEGRADED, Health.DOWN);
    private static final Planner.Settings PLAIN = new Planner.Settings(0.5, 1.4, 0.5, "");

    private static Candidate candidate(String id) {
        return new Candidate(id, "", 1, 0, Health.UP, false, false, 10);
    }

    private static Candidate in(String id, String zone, boolean up) {
        return new Candidate(id, zone, 1, 0, up ? Health.UP : Health.DOWN, false, false, 10);
    }

    private static Candidate priority(String id, int priority, boolean up) {
        return new Candidate(id, "", 1, priority, up ? Health.UP : Health.DOWN, false, false, 10);
    }

    private static Candidate down(String id) {
        return in(id, "", false);
    }

    private static List<Integer> shares(Plan plan) {
        return plan.groups().stream()
                .flatMap(group -> group.members().stream())
                .map(Plan.Member::share)
                .toList();
    }

    @Test
    void allWellGetAll() {
        Plan plan = Planner.plan(PLAIN, List.of(candidate("b"), candidate("a")));
        assertEquals(1, plan.groups().size());
        assertEquals(1.0, plan.groups().get(0).fraction());
        assertEquals(List.of(10, 10), shares(plan));
        assertEquals("a", plan.groups().get(0).members().get(0).candidate().id());
        assertEquals(0, Planner.plan(PLAIN, List.of()).groups().size());
    }

    @Test
    void whoIsDownOutOrDrainsGetsNothing() {
        Candidate out = new Candidate("c", "", 1, 0, Health.UP, true, false, 10);
        Candidate drains = new Candidate("d", "", 1, 0, Health.UP, false, true, 10);
        Plan plan =
                Planner.plan(PLAIN, List.of(candidate("a"), candidate("a2"), candidate("a3"), down("b"), out, drains));
        assertEquals(List.of(10, 10, 10, 0, 0, 0), shares(plan));
        assertFalse(plan.panic());
    }

    @Test
    void newcomersAndTheUnwellGetLess() {
        Candidate fresh = new Candidate("b", "", 1, 0, Health.UP, false, false, 3);
        Candidate unwell = new Candidate("c", "", 1, 0, Health.DEGRADED, false, false, 10);
        assertEquals(List.of(10, 3, 5), shares(Planner.plan(PLAIN, List.of(candidate("a"), fresh, unwell))));
        assertEquals(List.of(10), shares(Planner.plan(PLAIN, List.of(fresh))), "if all have just come each gets all");
        assertEquals(List.of(10), shares(Planner.plan(PLAIN, List.of(unwell))));
    }

    @Test
    void panicGivesTheOthersOnlyWhatWouldBeTooMuch() {
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(candidate("n" + i));
        }
        for (int down = 0; down <= 10; down++) {
            for (int i = 0; i < down; i++) {
                all.set(i, down("n" + i));
            }
            Plan plan = Planner.plan(PLAIN, all);
            assertEquals(down > 5, plan.panic(), down + " down");
            double available = (10 - down) / 10.0;
            int expected = down <= 5 ? 0 : down == 10 ? 10 : (int) Math.round((0.5 - available) / (1 - available) * 10);
            for (int i = 0; i < 10; i++) {
                assertEquals(i < down ? expected : 10, shares(plan).get(i), down + " down");
            }
        }
    }

    @Test
    void withoutPanicNobodyIsLeft() {
        Plan plan = Planner.plan(new Planner.Settings(0, 1.4, 0.5, ""), List.of(down("a"), down("b")));
        assertEquals(List.of(0, 0), shares(plan));
    }

    @Test
    void whoDrainsGetsNothingInPanicEither() {
        Candidate drains = new Candidate("a", "", 1, 0, Health.UP, false, true, 10);
        assertEquals(List.of(0, 10), shares(Planner.plan(PLAIN, List.of(drains, down("b")))));
    }

    @Test
    void theNextPriorityGetsWhatTheFirstCannotTake() {
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(priority("a" + i, 0, true));
            all.add(priority("b" + i, 1, true));
        }
        assertEquals(List.of(1.0, 0.0), fractions(all));
        all.set(0, priority("a0", 0, false)); // 3 of 4 take 105 %
        assertEquals(List.of(1.0, 0.0), fractions(all));
        all.set(2, priority("a1", 0, false)); // 2 of 4 take 70 %
        assertEquals(List.of(0.7, 0.3), fractions(all));
        all.set(4, priority("a2", 0, false));
        all.set(6, priority("a3", 0, false));
        assertEquals(List.of(0.0, 1.0), fractions(all));
        assertFalse(Planner.plan(PLAIN, all).panic(), "others can take it");
    }

    private static List<Double> fractions(List<Candidate> all) {
        return Planner.plan(PLAIN, all).groups().stream()
                .map(group -> Math.round(group.fraction() * 1e6) / 1e6)
                .toList();
    }

    @Test
    void requestsStayInTheZoneWhileItHasRoom() {
        Planner.Settings own = new Planner.Settings(0.5, 1.4, 0.5, "a");
        List<Candidate> all = new ArrayList<>();
        for (String zone : List.of("a", "b", "c")) {
            for (int i = 0; i < 4; i++) {
                all.add(in(zone + i, zone, true));
            }
        }
        Plan plan = Planner.plan(own, all);
        assertEquals("a", plan.groups().get(0).zone());
        assertEquals(1.0, plan.groups().get(0).fraction());
        all.set(0, in("a0", "a", false));
        all.set(1, in("a1", "a", false)); // half of it can take 70 %
        plan = Planner.plan(own, all);
        assertEquals(0.7, plan.groups().get(0).fraction(), 1e-9);
        assertEquals(0.15, plan.groups().get(1).fraction(), 1e-9);
        all.set(4, in("b0", "b", false));
        all.set(5, in("b1", "b", false)); // has nothing left over
        plan = Planner.plan(own, all);
        assertEquals(0.0, plan.groups().get(1).fraction(), 1e-9);
        assertEquals(0.3, plan.groups().get(2).fraction(), 1e-9);
    }

    @Test
    void aZoneThatIsGoneIsLeft() {
        Planner.Settings own = new Planner.Settings(0.5, 1.4, 0.5, "a");
        Plan plan = Planner.plan(own, List.of(in("a0", "a", false), in("b0", "b", true), in("c0", "c", true)));
        assertEquals(0.0, plan.groups().get(0).fraction(), 1e-9);
        assertEquals(0.5, plan.groups().get(1).fraction(), 1e-9);
        assertTrue(
                Planner.plan(own, List.of(in("b0", "b", true))).groups().get(0).fraction() == 1.0);
    }

    @Test
    void fractionsAlwaysSumUpToOneAndGoToSomebodyWhoIsThere() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 5_000; round++) {
            List<Candidate> all = new ArrayList<>();
            int size = 1 + random.nextInt(12);
            for (int i = 0; i < size; i++) {
                all.add(new Candidate(
                        "n" + i,
                        "abc".substring(random.nextInt(3)).substring(0, 1),
                        1 + random.nextInt(5),
                        random.nextInt(3),
                        HEALTHS.get(random.nextInt(3)),
                        random.nextInt(4) == 0,
                        random.nextInt(6) == 0,
                        1 + random.nextInt(10)));
            }
            Planner.Settings settings = new Planner.Settings(0.5, 1.4, 0.5, random.nextBoolean() ? "a" : "");
            Plan plan = Planner.plan(settings, all);
            double sum =
                    plan.groups().stream().mapToDouble(Plan.Group::fraction).sum();
            boolean anybody = all.stream().anyMatch(each -> !each.draining());
            assertEquals(anybody ? 1 : 0, sum, 1e-6, all.toString());
            for (Plan.Group group : plan.groups()) {
                assertTrue(group.fraction() >= 0, plan.toString());
                assertTrue(
                        !anybody
                                || group.fraction() < 1e-9
                                || group.members().stream().anyMatch(m -> m.share() > 0),
                        all + " by " + plan);
            }
        }
    }

    @Test
    void slowStartGoesInTenths() {
        SlowStart linear = new SlowStart(10_000, 1);
        assertEquals(1, linear.tenths(0));
        assertEquals(1, linear.tenths(1_999));
        assertEquals(5, linear.tenths(5_000));
        assertEquals(9, linear.tenths(9_999));
        assertEquals(10, linear.tenths(10_000));
        assertTrue(new SlowStart(10_000, 2).tenths(2_500) == 5);
        assertEquals(10, new SlowStart(0, 1).tenths(0));
    }
}
