package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduledScalingTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static int nodes(ScheduledScaling schedule, String at) {
        return nodes(schedule, at, Duration.ZERO);
    }

    private static int nodes(ScheduledScaling schedule, String at, Duration startUp) {
        LoadSnapshot snapshot = new LoadSnapshot(Instant.parse(at), 1, 1, 0, Map.<String, Metric>of());
        Wish wish = schedule.wish(new ScalingView(new LoadHistory(List.of(snapshot)), startUp, 1, 100));
        assertEquals(wish.kind() == Wish.Kind.NODES, wish.nodes() > 0, "otherwise it has no opinion");
        return wish.nodes();
    }

    @Test
    void itIsAFloorAtItsTimesAndNoneElse() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN).from("0 8 * * MON-FRI", Duration.ofHours(10), 6);
        assertEquals(0, nodes(schedule, "2026-03-02T06:59:59Z"), "Monday, before eight");
        assertEquals(6, nodes(schedule, "2026-03-02T07:00:00Z"));
        assertEquals(6, nodes(schedule, "2026-03-02T16:59:59Z"));
        assertEquals(0, nodes(schedule, "2026-03-02T17:00:00Z"));
        assertEquals(0, nodes(schedule, "2026-03-07T09:00:00Z"), "Saturday");
    }

    @Test
    void nodesAreOrderedSoThatTheyAreThereInTime() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN).from("0 8 * * *", Duration.ofHours(1), 6);
        assertEquals(0, nodes(schedule, "2026-03-02T06:57:59Z", Duration.ofMinutes(2)));
        assertEquals(6, nodes(schedule, "2026-03-02T06:58:00Z", Duration.ofMinutes(2)));
    }

    @Test
    void ofTimesThatOverlapTheMostCount() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN)
                .from("0 8 * * *", Duration.ofHours(10), 4)
                .from("0 12 * * *", Duration.ofHours(1), 9)
                .from("0 12 * * *", Duration.ofHours(2), 5);
        assertEquals(4, nodes(schedule, "2026-03-02T10:30:00Z"));
        assertEquals(9, nodes(schedule, "2026-03-02T11:30:00Z"));
        assertEquals(5, nodes(schedule, "2026-03-02T12:30:00Z"));
        assertEquals(4, nodes(schedule, "2026-03-02T13:30:00Z"));
    }

    /** On 29 March 2026 two o'clock is followed by three o'clock, at 1:00 UTC. */
    @Test
    void aTimeThatDoesNotExistBeginsWhenClocksAreSet() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN).from("30 2 * * *", Duration.ofHours(1), 6);
        assertEquals(0, nodes(schedule, "2026-03-29T00:59:59Z"));
        assertEquals(6, nodes(schedule, "2026-03-29T01:00:00Z"));
        assertEquals(6, nodes(schedule, "2026-03-29T01:59:59Z"));
        assertEquals(0, nodes(schedule, "2026-03-29T02:00:00Z"), "an hour by elapsed time");
        assertEquals(6, nodes(schedule, "2026-03-30T00:30:00Z"), "and the next night as always");
    }

    /** On 25 October 2026 three o'clock is followed by two o'clock, at 1:00 UTC. */
    @Test
    void aTimeThatComesTwiceBeginsOnce() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN).from("30 2 * * *", Duration.ofMinutes(20), 6);
        assertEquals(6, nodes(schedule, "2026-10-25T00:30:00Z"));
        assertEquals(0, nodes(schedule, "2026-10-25T00:50:00Z"));
        assertEquals(0, nodes(schedule, "2026-10-25T01:30:00Z"), "half past two again");
        assertEquals(6, nodes(schedule, "2026-10-26T01:30:00Z"));
    }

    @Test
    void aDayOfWorkKeepsItsLocalBeginningAllYear() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN).from("0 8 * * *", Duration.ofHours(1), 3);
        assertEquals(3, nodes(schedule, "2026-01-15T07:30:00Z"));
        assertEquals(3, nodes(schedule, "2026-07-15T06:30:00Z"));
        assertEquals(0, nodes(schedule, "2026-07-15T07:30:00Z"));
    }

    @Test
    void whatIsNoTimeIsRefused() {
        ScheduledScaling schedule = ScheduledScaling.in(BERLIN);
        assertThrows(IllegalArgumentException.class, () -> schedule.from("8 o'clock", Duration.ofHours(1), 3));
        assertThrows(IllegalArgumentException.class, () -> schedule.from("0 8 * * *", Duration.ZERO, 3));
        assertThrows(IllegalArgumentException.class, () -> schedule.from("0 8 * * *", Duration.ofDays(60), 3));
        assertThrows(IllegalArgumentException.class, () -> schedule.from("0 8 * * *", Duration.ofHours(1), 0));
    }
}
