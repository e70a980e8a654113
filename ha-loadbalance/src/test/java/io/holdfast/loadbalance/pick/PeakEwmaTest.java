package io.holdfast.loadbalance.pick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final Decay decay = new Decay(10 * SECOND);
    private final CoarseTime time = new CoarseTime(0);

    private PeakEwmaPicker picker(Slots slots) {
        return new PeakEwmaPicker(slots, Slotting.chance(1), decay, time);
    }

    private void answered(Slots slots, int slot, long nanos) {
        slots.stats[slot].begin(100, time.ticks());
        slots.stats[slot].succeed(nanos, time.ticks(), decay);
    }

    @Test
    void aPeakIsTakenAtOnceAndForgottenSlowly() {
        EndpointStats stats = new EndpointStats();
        stats.begin(10, 0);
        stats.succeed(2 * MILLI, 0, decay);
        assertEquals(2 * MILLI, stats.latencyNanos(0, decay), MILLI / 100.0);
        stats.begin(10, 0);
        stats.succeed(100 * MILLI, 0, decay);
        assertEquals(100 * MILLI, stats.latencyNanos(0, decay), MILLI);
        int later = CoarseTime.ticks(10 * SECOND);
        assertEquals(100 * MILLI / Math.E, stats.latencyNanos(later, decay), MILLI);
        stats.begin(10, later);
        stats.succeed(2 * MILLI, later, decay);
        double expected = 100 * MILLI / Math.E + 2 * MILLI * (1 - 1 / Math.E);
        assertEquals(expected, stats.latencyNanos(later, decay), MILLI);
    }

    @Test
    void theSlowOneIsAvoidedAndTheOthersShareEvenly() {
        Slots slots = Slotting.even(5);
        for (int i = 0; i < 5; i++) {
            answered(slots, i, i == 2 ? 100 * MILLI : 10 * MILLI + i * MILLI / 5);
        }
        int[] picks = Slotting.picks(picker(slots), 5, 100_000);
        assertEquals(0, picks[2]);
        for (int i = 0; i < 5; i++) {
            assertTrue(i == 2 || Math.abs(picks[i] - 25_000) < 1_000, Arrays.toString(picks));
        }
    }

    @Test
    void requestsInFlightCount() {
        Slots slots = Slotting.even(2);
        answered(slots, 0, 10 * MILLI);
        answered(slots, 1, 30 * MILLI);
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[0]);
        for (int i = 0; i < 3; i++) {
            slots.stats[0].begin(100, 0);
        }
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[1]);
    }

    @Test
    void aHeavierOneMayHaveMoreInFlight() {
        Slots slots = Slotting.weighted(1, 3);
        answered(slots, 0, 10 * MILLI);
        answered(slots, 1, 10 * MILLI);
        int[] idle = Slotting.picks(picker(slots), 2, 100_000);
        assertEquals(0.75, idle[1] / 100_000.0, 0.01);
        slots.stats[0].begin(100, 0);
        for (int i = 0; i < 3; i++) {
            slots.stats[1].begin(100, 0);
        }
        int[] busy = Slotting.picks(picker(slots), 2, 100_000);
        assertEquals(0.75, busy[1] / 100_000.0, 0.01);
    }

    @Test
    void anUnknownOneIsTriedByOneRequestAtATime() {
        Slots slots = Slotting.even(2);
        answered(slots, 0, 10 * MILLI);
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[1]);
        slots.stats[1].begin(100, 0);
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[0]);
    }

    @Test
    void fastFailuresDoNotLookLikeFastAnswers() {
        Slots slots = Slotting.even(2);
        answered(slots, 0, 10 * MILLI);
        answered(slots, 1, 10 * MILLI);
        for (int i = 0; i < 3; i++) {
            slots.stats[1].begin(100, 0);
            assertEquals(i + 1, slots.stats[1].fail(MILLI / 10, 0, decay));
        }
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[0]);
        time.set(60 * SECOND);
        answered(slots, 0, 10 * MILLI);
        assertTrue(Slotting.picks(picker(slots), 2, 100)[1] > 0, "it is tried again in the end");
        answered(slots, 1, 10 * MILLI);
        assertEquals(0, slots.stats[1].failuresInARow());
    }

    @Test
    void whoHasOnlyEverFailedIsAvoidedUntilItAnswers() {
        Slots slots = Slotting.even(2);
        answered(slots, 0, 100 * MILLI);
        slots.stats[1].begin(100, 0);
        slots.stats[1].fail(1_000, 0, decay);
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[0]);
        slots.stats[1].begin(100, 0);
        slots.stats[1].succeed(MILLI, 0, decay);
        assertEquals(MILLI, slots.stats[1].latencyNanos(0, decay), MILLI / 100.0);
        assertEquals(100, Slotting.picks(picker(slots), 2, 100)[1]);
    }

    @Test
    void countsAreKept() {
        EndpointStats stats = new EndpointStats();
        assertTrue(stats.begin(2, 5));
        assertTrue(stats.begin(2, 6));
        assertFalse(stats.begin(2, 7));
        assertEquals(2, stats.inFlight());
        assertEquals(15, stats.silentTicks(20));
        stats.succeed(MILLI, 10, decay);
        assertEquals(10, stats.silentTicks(20));
        stats.fail(MILLI, 20, decay);
        assertEquals(0, stats.silentTicks(30));
        assertEquals(new EndpointStats.Window(1, 1, MILLI), stats.takeWindow());
        assertEquals(new EndpointStats.Window(0, 0, 0), stats.takeWindow());
        assertEquals(1, stats.successes());
        assertEquals(1, stats.failures());
    }
}
