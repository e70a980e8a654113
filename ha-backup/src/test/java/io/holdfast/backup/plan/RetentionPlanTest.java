package io.holdfast.backup.plan;

import static io.holdfast.backup.plan.Backlog.day;
import static io.holdfast.backup.plan.Backlog.hour;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.Retention;
import io.holdfast.backup.catalog.BackupId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {
    private final Backlog backlog = new Backlog();
    private final List<Entry> all = new ArrayList<>();

    private Entry add(Entry entry) {
        all.add(entry);
        return entry;
    }

    private Set<Entry> kept(Retention policy, Instant now) {
        RetentionPlan plan = RetentionPlan.of(policy, all, now);
        return all.stream().filter(entry -> plan.keeps(entry.id())).collect(Collectors.toSet());
    }

    @Test
    void theLastOnesOfEachSourceStay() {
        Entry a1 = add(backlog.of("a", day(1)));
        Entry a2 = add(backlog.of("a", day(2)));
        Entry a3 = add(backlog.of("a", day(3)));
        Entry b1 = add(backlog.of("b", day(0)));
        assertEquals(Set.of(a2, a3, b1), kept(Retention.least().last(2), day(300)));
        assertEquals(
                List.of(a1.id()),
                RetentionPlan.of(Retention.least().last(2), all, day(300)).deletions());
    }

    @Test
    void ofEachPeriodTheNewestStays() {
        for (int hours = 0; hours < 24 * 70; hours += 6) {
            add(backlog.of("a", hour(hours)));
        }
        Set<Instant> kept = kept(Retention.least().daily(3).weekly(2).monthly(2), day(70)).stream()
                .map(entry -> entry.id().began())
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        hour(24 * 70 - 6), // the last one: of its day, its week, which ends with it, and its month
                        hour(24 * 69 - 6),
                        hour(24 * 68 - 6),
                        hour(24 * 63 - 6), // of the week before
                        Instant.parse("2026-02-28T18:00:00Z")),
                kept);
    }

    @Test
    void daysBeginWhereThePolicySays() {
        Entry evening = add(backlog.of("a", Instant.parse("2026-03-01T22:30:00Z"))); // 23:30 in Berlin
        Entry night = add(backlog.of("a", Instant.parse("2026-03-01T23:30:00Z"))); // 0:30 of the next day
        assertEquals(Set.of(night), kept(Retention.least().daily(5), day(100)));
        assertEquals(
                Set.of(evening, night), kept(Retention.least().daily(5).zone(ZoneId.of("Europe/Berlin")), day(100)));
    }

    @Test
    void anHourThatExistsTwiceIsTwoHours() {
        Entry first = add(backlog.of("a", Instant.parse("2026-10-25T00:30:00Z"))); // 2:30 summer time
        Entry second = add(backlog.of("a", Instant.parse("2026-10-25T01:30:00Z"))); // 2:30 winter time
        assertEquals(
                Set.of(first, second), kept(Retention.least().hourly(2).zone(ZoneId.of("Europe/Berlin")), day(300)));
    }

    @Test
    void nothingGrowsOldWhileNoBackupSucceeds() {
        Entry old = add(backlog.of("a", day(1)));
        Entry newer = add(backlog.of("a", day(3)));
        Retention policy = Retention.least().within(Duration.ofDays(5));
        assertEquals(Set.of(old, newer), kept(policy, day(4_000)));
        Entry newest = add(backlog.of("a", day(7)));
        assertEquals(Set.of(newer, newest), kept(policy, day(4_000)));
    }

    @Test
    void aClockThatIsSetBackMakesNothingOld() {
        Entry old = add(backlog.of("a", day(10)));
        Entry newer = add(backlog.of("a", day(12)));
        assertEquals(Set.of(old, newer), kept(Retention.least().within(Duration.ofDays(5)), day(1)));
    }

    @Test
    void whatAWrongClockStampedIsNotTheNewestForYears() {
        Entry fromTheFuture = add(backlog.of("a", day(3_000)));
        Entry real = add(backlog.of("a", day(10)));
        assertEquals(Set.of(real), kept(Retention.least(), day(11)));
        Entry nextGrant = add(Backlog.under(2, backlog.of("a", day(2)))); // its clock is behind
        assertEquals(Set.of(nextGrant), kept(Retention.least(), day(11)));
        assertTrue(!kept(Retention.least(), day(4_000)).contains(fromTheFuture));
    }

    @Test
    void aDamagedOneIsNeverTheLastGoodOne() {
        Entry good = add(backlog.of("a", day(1)));
        Entry bad = add(backlog.of("a", day(2)).damaged());
        assertEquals(Set.of(good, bad), kept(Retention.least(), day(3)));
        Entry better = add(backlog.of("a", day(3)));
        assertEquals(Set.of(better), kept(Retention.least(), day(4)));
    }

    @Test
    void whatIsNeededStaysAndGoesLast() {
        Entry full = add(backlog.of("a", day(1)));
        Entry half = add(backlog.of("a", day(2), full.id()));
        Entry last = add(backlog.of("a", day(3), half.id()));
        assertEquals(Set.of(full, half, last), kept(Retention.least(), day(4)));
        Entry alone = add(backlog.of("a", day(5)));
        assertEquals(Set.of(alone), kept(Retention.least(), day(6)));
        assertEquals(
                List.of(last.id(), half.id(), full.id()),
                RetentionPlan.of(Retention.least(), all, day(6)).deletions());
    }

    @Test
    void theWindowKeepsOneBaseBeforeItAndTheLogAfterThat() {
        Entry dropped = add(backlog.base("log", 100, day(1)));
        Entry lost = add(backlog.part("log", 101, 150, day(2)));
        Entry base = add(backlog.base("log", 180, day(3)));
        Entry bridge = add(backlog.part("log", 151, 200, day(4)));
        Entry inside = add(backlog.part("log", 201, 300, day(6)));
        Entry last = add(backlog.base("log", 300, day(8)));
        Retention policy = Retention.least().recoveryWindow(Duration.ofDays(3));
        assertEquals(Set.of(base, bridge, inside, last), kept(policy, day(20)));
        assertEquals(
                Set.of(dropped.id(), lost.id()),
                Set.copyOf(RetentionPlan.of(policy, all, day(20)).deletions()));
    }

    @Test
    void behindAGapTheNextBaseIsNeeded() {
        Entry base = add(backlog.base("log", 100, day(1)));
        Entry part = add(backlog.part("log", 101, 200, day(2)));
        Entry second = add(backlog.base("log", 250, day(3)));
        Entry needless = add(backlog.base("log", 260, day(4)));
        Entry follows = add(backlog.part("log", 240, 300, day(5)));
        Entry last = add(backlog.base("log", 310, day(6)));
        Entry end = add(backlog.base("log", 320, day(7)));
        Retention policy = Retention.least().recoveryWindow(Duration.ofDays(6));
        Set<Entry> kept = kept(policy, day(8));
        assertEquals(Set.of(base, part, second, follows, last, end), kept);
        assertTrue(!kept.contains(needless));
    }

    @Test
    void ofALogThatEndedTheWindowKeepsWhatWasThereWhenItBegan() {
        Entry older = add(backlog.base("old", 100, day(1)));
        Entry oldBase = add(backlog.base("old", 200, day(2)));
        Entry oldPart = add(backlog.part("old", 201, 220, day(3)));
        Entry newBase = add(backlog.base("new", 300, day(6)));
        assertEquals(
                Set.of(oldBase, oldPart, newBase), kept(Retention.least().recoveryWindow(Duration.ofDays(2)), day(7)));
        assertEquals(
                Set.of(older, oldBase, oldPart, newBase),
                kept(Retention.least().last(9).recoveryWindow(Duration.ofDays(2)), day(7)));
        Entry lastOne = add(backlog.base("new", 400, day(20)));
        assertEquals(
                Set.of(newBase, lastOne),
                kept(Retention.least().recoveryWindow(Duration.ofDays(2)), day(21)),
                "the old log had ended long before the window begins");
    }

    @Test
    void partsWhoseBaseIsElsewhereStayWithinTheWindow() {
        Entry early = add(backlog.part("log", 50, 90, day(1)));
        Entry late = add(backlog.part("log", 91, 200, day(9)));
        assertEquals(Set.of(late), kept(Retention.least().recoveryWindow(Duration.ofDays(2)), day(10)));
        assertEquals(Set.of(early, late), kept(Retention.least().recoveryWindow(Duration.ofDays(20)), day(10)));
    }

    @Test
    void eachVerdictSaysWhy() {
        Entry gone = add(backlog.of("a", day(1)));
        Entry stays = add(backlog.of("a", day(2)));
        List<RetentionPlan.Verdict> verdicts =
                RetentionPlan.of(Retention.least().daily(1), all, day(3)).verdicts();
        assertEquals(
                List.of(
                        new RetentionPlan.Verdict(gone.id(), false, List.of("no rule keeps it")),
                        new RetentionPlan.Verdict(
                                stays.id(),
                                true,
                                List.of("it is the last good one of a", "it is the newest of the day 2026-01-07"))),
                verdicts);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Retention.least().last(0));
        assertThrows(IllegalArgumentException.class, () -> Retention.least().daily(-1));
        assertThrows(IllegalArgumentException.class, () -> Retention.least().within(Duration.ofDays(-1)));
        assertThrows(IllegalArgumentException.class, () -> Retention.least().recoveryWindow(Duration.ofDays(36_501)));
    }

    @Test
    void nothingOfNothing() {
        assertEquals(
                List.<BackupId>of(),
                RetentionPlan.of(Retention.standard(), List.of(), day(1)).deletions());
    }
}
