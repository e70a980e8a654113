package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> times(Schedule schedule, String after, int count) {
        List<String> times = new ArrayList<>();
        Instant at = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            at = schedule.next(at);
            times.add(at.toString());
        }
        return times;
    }

    @Test
    void anIntervalCountsFromTheLastOne() {
        assertEquals(
                List.of("2026-03-01T06:00:07Z", "2026-03-01T12:00:07Z"),
                times(Schedule.every(Duration.ofHours(6)), "2026-03-01T00:00:07Z", 2));
    }

    @Test
    void cronIsInItsZone() {
        assertEquals(
                List.of("2026-01-10T01:30:00Z", "2026-01-11T01:30:00Z"),
                times(Schedule.cron("30 2 * * *", BERLIN), "2026-01-10T01:29:59.5Z", 2));
        assertEquals(
                List.of("2026-07-13T00:30:00Z", "2026-07-20T00:30:00Z"),
                times(Schedule.cron("30 2 * * MON", BERLIN), "2026-07-12T12:00:00Z", 2));
    }

    @Test
    void theSameMomentIsNotNextAgain() {
        assertEquals(
                List.of("2026-01-11T01:30:00Z"), times(Schedule.cron("30 2 * * *", BERLIN), "2026-01-10T01:30:00Z", 1));
    }

    @Test
    void aTimeThatDoesNotExistRunsOnceWhenTheClockIsSet() {
        // On 29 March 2026 two o'clock is followed by three o'clock, at 1:00 UTC.
        assertEquals(
                List.of("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
                times(Schedule.cron("30 2 * * *", BERLIN), "2026-03-27T12:00:00Z", 3));
        assertEquals(
                List.of("2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"),
                times(Schedule.cron("*/15 1-3 * * *", BERLIN), "2026-03-29T00:30:00Z", 3),
                "four times that do not exist, and three o'clock, are one");
    }

    @Test
    void aTimeThatExistsTwiceRunsTheFirstTime() {
        // On 25 October 2026 the hour from two to three is there twice, from 0:00 and from 1:00 UTC.
        assertEquals(
                List.of("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
                times(Schedule.cron("30 2 * * *", BERLIN), "2026-10-24T12:00:00Z", 2));
        assertEquals(
                List.of("2026-10-26T01:30:00Z"), times(Schedule.cron("30 2 * * *", BERLIN), "2026-10-25T01:10:00Z", 1));
        assertEquals(
                List.of("2026-10-25T00:40:00Z", "2026-10-25T02:00:00Z"),
                times(Schedule.cron("*/20 2,3 * * *", BERLIN), "2026-10-25T00:20:00Z", 2));
    }

    @Test
    void whatRunsInEveryHourDoesSoInBoth() {
        assertEquals(
                List.of("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"),
                times(Schedule.cron("30 * * * *", BERLIN), "2026-10-24T23:45:00Z", 3));
        assertEquals(
                List.of("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"),
                times(Schedule.cron("30 * * * *", BERLIN), "2026-03-29T00:00:00Z", 2));
        assertEquals(
                List.of("2026-03-29T00:50:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:10:00Z"),
                times(Schedule.cron("*/10 * * * *", BERLIN), "2026-03-29T00:40:00Z", 3));
    }

    @Test
    void aDayThatDoesNotExistRunsOnce() {
        // Samoa had no 30 December 2011: it went from UTC-10 to UTC+14 at the end of the 29th.
        assertEquals(
                List.of("2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"),
                times(Schedule.cron("0 12 * * *", ZoneId.of("Pacific/Apia")), "2011-12-29T12:00:00Z", 3));
    }

    /**
     * Against every way in which zones set their clocks: each day once, in order, however the clock is set. Days on which it is not are all
     * alike, so that those around are enough; and so is one of the zones that go by the same rules.
     */
    @Test
    void onceADayEverywhere() {
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        Instant end = Instant.parse("2027-01-01T00:00:00Z");
        Map<ZoneRules, ZoneId> zones = new HashMap<>();
        for (String name : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            ZoneId zone = ZoneId.of(name);
            if (zone.getRules().nextTransition(begin) != null) {
                zones.putIfAbsent(zone.getRules(), zone);
            }
        }
        int set = 0;
        for (ZoneId zone : zones.values()) {
            ZoneOffsetTransition transition = zone.getRules().nextTransition(begin);
            while (transition != null && transition.getInstant().isBefore(end)) {
                set++;
                onceADay(zone, transition.getInstant().minus(Duration.ofHours(54)), 10);
                transition = zone.getRules().nextTransition(transition.getInstant());
            }
        }
        assertTrue(set > 60, "clocks were set only " + set + " times, in zones of " + zones.size() + " rules");
        onceADay(BERLIN, begin, 730);
    }

    /** Each of two a day, of which the clock may take one or have it twice. */
    private static void onceADay(ZoneId zone, Instant begin, int runs) {
        Schedule schedule = Schedule.cron("15 0,2 * * *", zone);
        TreeMap<LocalDate, Integer> days = new TreeMap<>();
        Instant at = begin;
        for (int i = 0; i < runs; i++) {
            Instant next = schedule.next(at);
            assertTrue(next.isAfter(at), zone + ": " + next + " after " + at);
            assertTrue(Duration.between(at, next).toHours() <= 24, zone + ": " + next + " after " + at);
            days.merge(next.atZone(zone).toLocalDate(), 1, Integer::sum);
            at = next;
        }
        days.pollFirstEntry();
        days.pollLastEntry();
        assertTrue(days.size() >= runs / 2 - 2, zone + ": " + runs + " runs, two a day, were on " + days);
        days.forEach((day, times) -> assertEquals(2, times, zone + ": on " + day));
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        for (String wrong : List.of("", "* * * *", "61 * * * *", "0 0 30 2 *", "0 0 0 * * *", "tomorrow")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> Schedule.cron(wrong, ZoneOffset.UTC), wrong);
            assertTrue(String.valueOf(refused.getMessage()).contains("\"" + wrong + "\""), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> Schedule.every(Duration.ofSeconds(9)));
        assertThrows(IllegalArgumentException.class, () -> Schedule.daily().jitter(Duration.ofDays(2)));
    }
}
