package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.examples.demo.RouteStatus.Calls;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteVerdictTest {
    private final Map<RouteCall, Calls> calls = new EnumMap<>(RouteCall.class);
    private List<String> onDisks = List.of();

    RouteVerdictTest() {
        calls.put(RouteCall.READ, calls(10, 10, 0, 0, 0));
        calls.put(RouteCall.PUT, calls(10, 10, 0, 0, 0));
        calls.put(RouteCall.APPEND, calls(10, 7, 1, 2, 0));
    }

    private static Calls calls(long begun, long acknowledged, long refused, long unknown, long wrong) {
        return new Calls(begun, acknowledged, refused, unknown, wrong, 5_000, Map.of("node-1", acknowledged));
    }

    /** Which promises were not kept, by their places. */
    private List<Integer> broken() {
        RouteStatus status = new RouteStatus(calls, Map.of(), List.of(), List.of(), 0, true);
        return BrokenChecks.of(new RouteVerdict(status, onDisks).checks());
    }

    @Test
    void whatMayNotBeMadeTwiceMayBeRefusedOrUnknown() {
        assertEquals(List.of(), broken());
    }

    @Test
    void anIdempotentCallMayNotBeRefused() {
        calls.put(RouteCall.READ, calls(10, 9, 1, 0, 0));
        assertEquals(List.of(0), broken());
    }

    @Test
    void norMayItsOutcomeBeUnknown() {
        calls.put(RouteCall.PUT, calls(10, 9, 0, 1, 0));
        assertEquals(List.of(0), broken());
    }

    @Test
    void aReadThatMissesAWriteIsFound() {
        calls.put(RouteCall.READ, calls(10, 9, 0, 0, 1));
        assertEquals(List.of(1), broken());
    }

    @Test
    void aWrongAnswerIsFoundAndACallWithoutAnOutcome() {
        calls.put(RouteCall.APPEND, calls(10, 9, 0, 0, 1));
        assertEquals(List.of(2), broken());
        calls.put(RouteCall.APPEND, calls(10, 9, 0, 0, 0));
        assertEquals(List.of(2), broken());
    }

    @Test
    void whatIsWrongWithTheDisksIsFound() {
        onDisks = List.of("node-1  appends: 1 are there again");
        assertEquals(List.of(3), broken());
    }

    @Test
    void callsThatNobodyMadeProveNothing() {
        calls.clear();
        assertEquals(List.of(0, 1, 2), broken());
    }

    @Test
    void theTableHasARowForEachKindAndAColumnForEachNode() {
        List<String> table = new RouteVerdict(
                        new RouteStatus(calls, Map.of("node-1", 31L), List.of(), List.of(), 0, true), onDisks)
                .table(List.of("node-1", "node-2"));
        assertEquals(5, table.size());
        assertEquals("appends 10 7 1 2 0 5 ms 7 0", table.get(3).replaceAll(" +", " "));
        assertEquals("requests 31 0", table.get(4).replaceAll(" +", " "));
    }
}
