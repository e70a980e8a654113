package io.holdfast.testkit;

import static io.holdfast.testkit.RegisterModel.CAS;
import static io.holdfast.testkit.RegisterModel.GET;
import static io.holdfast.testkit.RegisterModel.PUT;
import static io.holdfast.testkit.RegisterModel.REMOVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.LinearizabilityChecker.Result;
import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import io.holdfast.testkit.RegisterModel.Swap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {
    private final LinearizabilityChecker<Optional<Object>> checker = new LinearizabilityChecker<>(new RegisterModel());
    private long now;
    private final History history = new History(() -> now++);

    private History.Call invoke(int process, String function, Object input) {
        return history.invoke(process, function, "k", input);
    }

    private History.Call get(int process) {
        return history.invoke(process, GET, "k", null);
    }

    private void assertGood() {
        Result result = checker.check(history);
        assertEquals(Verdict.LINEARIZABLE, result.verdict(), result.report());
        assertEquals("", result.report());
    }

    private Result assertBad() {
        Result result = checker.check(history);
        assertEquals(Verdict.VIOLATION, result.verdict());
        return result;
    }

    @Test
    void nothingIsLinearizable() {
        assertGood();
    }

    @Test
    void oneAfterTheOther() {
        get(1).ok(null);
        invoke(1, PUT, "x").ok(null);
        get(2).ok("x");
        invoke(1, CAS, new Swap("x", "y")).ok(true);
        invoke(1, CAS, new Swap("x", "z")).ok(false);
        invoke(2, REMOVE, "ignored").ok("y");
        invoke(2, CAS, new Swap(null, "w")).ok(true);
        get(1).ok("w");
        assertGood();
    }

    @Test
    void overlappingOnesMayTakeEffectInAnyOrder() {
        History.Call first = invoke(1, PUT, "x");
        History.Call second = invoke(2, PUT, "y");
        History.Call read = get(3);
        second.ok();
        first.ok();
        read.ok(null);
        get(3).ok("x");
        assertGood();
    }

    @Test
    void aStaleReadIsAViolation() {
        invoke(1, PUT, "x").ok();
        invoke(1, PUT, "y").ok();
        get(2).ok("x");
        assertBad();
    }

    @Test
    void anAnswerThatWasLostAgainIsAViolation() {
        History.Call put = invoke(1, PUT, "x");
        get(2).ok("x");
        get(2).ok(null);
        put.ok();
        assertBad();
    }

    @Test
    void twoSwapsOfOneValueAreAViolation() {
        invoke(1, PUT, "x").ok();
        History.Call first = invoke(1, CAS, new Swap("x", "y"));
        History.Call second = invoke(2, CAS, new Swap("x", "z"));
        first.ok(true);
        second.ok(true);
        assertBad();
    }

    @Test
    void anUnknownWriteMayTakeEffectLateOrNever() {
        invoke(1, PUT, "x").ok();
        invoke(2, PUT, "y").info();
        get(1).ok("x");
        get(1).ok("x");
        get(1).ok("y");
        assertGood();
        get(1).ok("x");
        assertBad();
    }

    @Test
    void anUnknownWriteTakesEffectOnce() {
        invoke(2, PUT, "y").info();
        get(1).ok("y");
        invoke(1, PUT, "x").ok();
        get(1).ok("y");
        assertBad();
    }

    @Test
    void aCallWithoutAnAnswerIsUnknown() {
        History.Call pending = invoke(1, PUT, "x");
        get(2).ok("x");
        assertGood();
        pending.ok();
        assertGood();
        assertThrows(IllegalStateException.class, pending::info);
    }

    @Test
    void anUnknownWriteTakesNoEffectBeforeItsCall() {
        get(1).ok("x");
        invoke(2, PUT, "x").info();
        assertBad();
    }

    @Test
    void aFailedWriteHasNoEffect() {
        invoke(1, PUT, "x").fail();
        get(1).ok("x");
        assertBad();
    }

    @Test
    void anUnknownSwapMayExplainAndAFailedSwapMayShowAnUnknownWrite() {
        invoke(1, PUT, "x").ok();
        invoke(2, CAS, new Swap("x", "y")).info();
        get(1).ok("y");
        assertGood();
        invoke(2, PUT, "z").info();
        invoke(1, CAS, new Swap("y", "w")).ok(false);
        get(1).ok("y");
        assertBad();
    }

    @Test
    void anUnknownWriteExplainsAFailedSwap() {
        invoke(1, PUT, "x").ok();
        invoke(2, PUT, "unseen").info();
        invoke(1, CAS, new Swap("x", "y")).ok(false);
        assertGood();
    }

    @Test
    void theReportIsTheSmallestHistoryOfTheKey() {
        for (int i = 0; i < 20; i++) {
            history.invoke(1, PUT, "other", i).ok();
            invoke(1, PUT, "v" + i).ok();
            get(2).ok("v" + i);
        }
        get(2).ok("v3");
        for (int i = 20; i < 40; i++) {
            invoke(1, PUT, "v" + i).ok();
            get(2).ok("v" + i);
        }
        Result bad = assertBad();
        assertEquals("k", bad.key());
        assertTrue(bad.report().contains("get(k) -> v3"), bad.report());
        assertFalse(bad.report().contains("v20"), bad.report());
        assertFalse(bad.report().contains("get(k) -> v5"), bad.report());
        assertFalse(bad.report().contains("other"), bad.report());
    }

    @Test
    void theSearchIsBounded() {
        for (int i = 0; i < 30; i++) {
            invoke(i, PUT, i).info();
        }
        for (int i = 0; i < 30; i++) {
            invoke(100, CAS, new Swap(i, -1)).ok(true);
        }
        get(100).ok("nobody's");
        Result result = new LinearizabilityChecker<>(new RegisterModel(), 1000).check(history);
        assertEquals(Verdict.UNDECIDED, result.verdict());
        assertTrue(result.report().contains("1000"), result.report());
    }

    @Test
    void anUnknownFunctionIsNamed() {
        invoke(1, "increment", 1).ok();
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> checker.check(history));
        assertTrue(String.valueOf(refused.getMessage()).contains("increment"));
    }

    /** Small random histories, against trying every order. */
    @Test
    void agreesWithTryingEveryOrder() {
        SplittableRandom random = new SplittableRandom(9);
        int good = 0;
        int bad = 0;
        for (int round = 0; round < 3000; round++) {
            List<Operation> operations = randomHistory(random);
            boolean expected = anyOrder(operations, new HashSet<>(), Optional.empty());
            assertEquals(
                    expected ? Verdict.LINEARIZABLE : Verdict.VIOLATION,
                    checker.check(operations).verdict(),
                    () -> "" + operations);
            good += expected ? 1 : 0;
            bad += expected ? 0 : 1;
        }
        assertTrue(good > 300 && bad > 300, good + " good, " + bad + " bad");
    }

    private static List<Operation> randomHistory(SplittableRandom random) {
        long[] time = {0};
        History made = new History(() -> time[0]++);
        List<History.Call> open = new ArrayList<>();
        List<String> functions = new ArrayList<>();
        for (int step = 0; step < 12; step++) {
            if (open.size() < 3 && random.nextBoolean()) {
                String function = List.of(GET, PUT, PUT, CAS, REMOVE).get(random.nextInt(5));
                Object input = function.equals(CAS)
                        ? new Swap(value(random), value(random))
                        : function.equals(PUT) ? (Object) ("v" + random.nextInt(3)) : null;
                open.add(made.invoke(step, function, "k", input));
                functions.add(function);
            } else if (!open.isEmpty()) {
                int which = random.nextInt(open.size());
                answer(random, open.remove(which), functions.remove(which));
            }
        }
        return made.operations();
    }

    private static String value(SplittableRandom random) {
        int value = random.nextInt(4);
        return value == 3 ? null : "v" + value;
    }

    private static void answer(SplittableRandom random, History.Call call, String function) {
        switch (random.nextInt(6)) {
            case 0 -> call.info();
            case 1 -> call.fail();
            default -> {
                if (function.equals(CAS)) {
                    call.ok(random.nextBoolean());
                } else if (function.equals(GET)) {
                    call.ok(value(random));
                } else {
                    call.ok();
                }
            }
        }
    }

    private static boolean anyOrder(List<Operation> all, Set<Operation> done, Optional<Object> state) {
        boolean complete = true;
        for (Operation next : all) {
            if (done.contains(next) || next.outcome() == Operation.Outcome.FAIL) {
                continue;
            }
            complete &= next.outcome() == Operation.Outcome.INFO;
            boolean mayBeNext = all.stream()
                    .noneMatch(other -> !done.contains(other)
                            && other.outcome() == Operation.Outcome.OK
                            && other.endOrder() < next.startOrder());
            Optional<Optional<Object>> after = mayBeNext ? new RegisterModel().step(state, next) : Optional.empty();
            if (after.isPresent()) {
                Set<Operation> more = new HashSet<>(done);
                more.add(next);
                if (anyOrder(all, more, after.get())) {
                    return true;
                }
            }
        }
        return complete;
    }
}
