package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.examples.demo.DutyVerdict.Happened;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.examples.store.Attempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DutyVerdictTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<Attempt> record = new ArrayList<>(List.of(
            new Attempt(1, "node-1", 1, true, 1, 1),
            new Attempt(2, "node-1", 1, true, 1, 2),
            new Attempt(3, "node-2", 2, true, 2, 3),
            new Attempt(4, "node-1", 1, false, 2, 3),
            new Attempt(5, "node-3", 3, true, 3, 4)));

    private Happened happened = happened(5 * SECOND, Kind.REFUSED, 8 * SECOND, 0);

    private static Happened happened(long next, Kind late, long took, long failed) {
        return new Happened(
                new NodeEvent("node-1", Kind.LOOKED, 2 * SECOND, 1, ""),
                new NodeEvent("node-2", Kind.ON_MASTER, next, 2, ""),
                new NodeEvent("node-1", late, 6 * SECOND, 1, ""),
                new NodeEvent("node-1", Kind.ON_SLAVE_RETURNED, 7 * SECOND, 1, ""),
                new NodeEvent("node-2", Kind.ON_SLAVE_RETURNED, 8 * SECOND, 2, ""),
                new NodeEvent("node-3", Kind.ON_MASTER, took, 3, ""),
                failed,
                5);
    }

    /** Which promises were not kept, by their places. */
    private List<Integer> broken() {
        return BrokenChecks.of(new DutyVerdict(record, Duration.ofSeconds(2)).checks(happened));
    }

    @Test
    void allIsWell() {
        assertEquals(List.of(), broken());
    }

    @Test
    void aStoreThatTookTheLateWriteIsFound() {
        record.set(3, new Attempt(4, "node-1", 1, true, 2, 4));
        record.set(4, new Attempt(5, "node-3", 3, true, 3, 5));
        happened = happened(5 * SECOND, Kind.WROTE, 8 * SECOND, 0);
        assertEquals(List.of(0, 1, 3, 4), broken());
    }

    @Test
    void twoNodesByOneTokenAreFound() {
        record.set(1, new Attempt(2, "node-3", 1, true, 1, 2));
        assertEquals(List.of(1), broken());
    }

    @Test
    void aLostWriteIsFound() {
        record.remove(1);
        assertEquals(List.of(2), broken());
    }

    @Test
    void aRefusalWithoutReasonIsFound() {
        record.add(new Attempt(6, "node-3", 3, false, 3, 4));
        assertEquals(List.of(3), broken());
    }

    @Test
    void onMasterTooEarlyIsFound() {
        happened = happened(3 * SECOND, Kind.REFUSED, 8 * SECOND, 0);
        assertEquals(List.of(5), broken());
    }

    @Test
    void anOverlapAtTheHandOverIsFound() {
        happened = happened(5 * SECOND, Kind.REFUSED, 8 * SECOND - 1, 0);
        assertEquals(List.of(7), broken());
    }

    @Test
    void aFailedWriteIsFound() {
        happened = happened(5 * SECOND, Kind.REFUSED, 8 * SECOND, 1);
        assertEquals(List.of(8), broken());
    }

    @Test
    void anEmptyRecordProvesNothing() {
        record.clear();
        assertEquals(List.of(0, 4), broken());
    }
}
