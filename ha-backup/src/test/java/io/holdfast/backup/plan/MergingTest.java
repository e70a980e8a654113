package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Retention;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MergingTest {
    private static final MergePlan FOUR = new MergePlan(4, 1_000);

    private int made;

    private Entry part(String log, long from, long to, long bytes, Instant at) {
        return new Entry(
                new BackupId(at, FencingToken.of(0, 1), made++),
                "state",
                BackupKind.LOG,
                at,
                Optional.of(new LogRange(log, from, to, 1, at.toEpochMilli() - 1_000, at.toEpochMilli())),
                List.of(),
                bytes,
                true);
    }

    private Entry part(long from, long to, long bytes) {
        return part("log", from, to, bytes, Backlog.hour(0).plusSeconds(to));
    }

    private static List<BackupId> next(List<Entry> layer) {
        return Merging.next(FOUR, layer, layer, Set.of());
    }

    private static List<BackupId> ids(List<Entry> entries) {
        return entries.stream().map(Entry::id).toList();
    }

    @Test
    void smallPartsThatFollowOneAnotherBecomeOne() {
        List<Entry> parts = List.of(part(1, 5, 10), part(6, 8, 10), part(8, 9, 10), part(10, 11, 10), part(12, 12, 10));
        assertEquals(ids(parts), next(parts), "overlapping ones, too");
        assertEquals(List.of(), next(parts.subList(0, 3)), "too few");
        assertEquals(List.of(), Merging.next(MergePlan.NEVER, parts, parts, Set.of()));
    }

    @Test
    void aGapOrAnotherLogEndsARun() {
        Entry alone = part(1, 5, 10);
        List<Entry> run = List.of(part(7, 8, 10), part(9, 9, 10), part(10, 10, 10), part(11, 12, 10));
        List<Entry> all = new ArrayList<>(run);
        all.add(0, alone);
        assertEquals(ids(run), next(all));
        Entry other = part("other", 13, 14, 10, Backlog.hour(0));
        all.add(other);
        assertEquals(ids(run), next(all));
    }

    @Test
    void asMuchAsIsAllowedAndOfOneDay() {
        List<Entry> large = List.of(part(1, 1, 400), part(2, 2, 400), part(3, 3, 400), part(4, 4, 400));
        assertEquals(List.of(), next(large));
        List<Entry> days = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            days.add(part("log", i, i, 10, Backlog.hour(5L * i)));
        }
        assertEquals(ids(days.subList(0, 5)), next(days), "20 hours, and 25 would be too many");
    }

    /** Else what was put together would be written again with every few that follow. */
    @Test
    void oneThatOutweighsTheOthersStaysAsItIs() {
        List<Entry> parts = List.of(
                part(1, 100, 100), part(101, 101, 10), part(102, 102, 10), part(103, 103, 10), part(104, 104, 10));
        assertEquals(ids(parts.subList(1, 5)), next(parts));
    }

    @Test
    void whatAnotherLayerHasPutTogetherIsNotPutTogetherAgain() {
        List<Entry> parts = List.of(part(1, 1, 10), part(2, 2, 10), part(3, 3, 10), part(4, 4, 10));
        List<Entry> all = new ArrayList<>(parts);
        all.add(part(1, 4, 45));
        assertEquals(List.of(), Merging.next(FOUR, parts, all, Set.of()));
        assertEquals(
                List.of(), Merging.next(FOUR, parts, parts, Set.of(parts.get(1).id())), "nor what cannot be");
    }

    @Test
    void ofTwoThatHoldTheSameOneIsNeeded() {
        Entry one = part(1, 4, 10);
        Entry same = part(1, 4, 10);
        Entry inner = part(2, 3, 10);
        Entry longer = part(1, 6, 10);
        Entry beyond = part(5, 7, 10);
        assertEquals(List.of(one), Merging.needed(List.of(one, same, inner)));
        assertEquals(List.of(longer, beyond), Merging.needed(List.of(one, same, longer, inner, beyond)));
    }

    /** With one every 30 seconds for a week, and what is put together later again. */
    @Test
    void aWeekBecomesFewAndEachByteIsWrittenAFewTimes() {
        List<Entry> parts = new ArrayList<>();
        long written = 0;
        long content = 0;
        SplittableRandom random = new SplittableRandom(5);
        int count = 7 * 24 * 60 * 2;
        for (int i = 1; i <= count; i++) {
            long bytes = 500L + random.nextInt(2_000);
            content += bytes;
            parts.add(part("log", i, i, bytes, Backlog.START.plus(Duration.ofSeconds(30L * i))));
            List<BackupId> run = Merging.next(MergePlan.USUAL, parts, parts, Set.of());
            if (!run.isEmpty()) {
                List<Entry> merged =
                        parts.stream().filter(part -> run.contains(part.id())).toList();
                Entry whole = together(merged);
                written += whole.storedBytes();
                parts.add(whole);
                parts.removeAll(merged);
                parts.sort(Comparator.comparingLong(part -> LogChain.range(part).fromIndex()));
            }
        }
        assertTrue(parts.size() < 200, parts.size() + " parts");
        assertTrue(written < 4 * content, written + " bytes written of " + content);
        long reach = 0;
        for (Entry part : parts) {
            assertTrue(LogChain.range(part).fromIndex() <= reach + 1, "a gap at " + part);
            reach = Math.max(reach, LogChain.range(part).toIndex());
        }
        assertEquals(count, reach);
    }

    private Entry together(List<Entry> parts) {
        LogRange first = LogChain.range(parts.get(0));
        LogRange last = LogChain.range(parts.get(parts.size() - 1));
        Entry lastPart = parts.get(parts.size() - 1);
        return new Entry(
                new BackupId(lastPart.ended(), FencingToken.of(0, 1), made++),
                "state",
                BackupKind.LOG,
                lastPart.ended(),
                Optional.of(
                        new LogRange("log", first.fromIndex(), last.toIndex(), 1, first.fromMillis(), last.toMillis())),
                List.of(),
                parts.stream().mapToLong(Entry::storedBytes).sum(),
                true);
    }

    /** For some hours: who restores goes by what was there when it began. */
    @Test
    void partsStayForAWhileAfterThat() {
        Backlog backlog = new Backlog();
        List<Entry> parts = List.of(
                backlog.part("log", 11, 11, Backlog.hour(1)),
                backlog.part("log", 12, 12, Backlog.hour(2)),
                backlog.part("log", 13, 13, Backlog.hour(3)));
        Entry merged = backlog.part("log", 11, 13, Backlog.hour(4));
        List<Entry> all = new ArrayList<>(parts);
        all.add(backlog.base("log", 10, Backlog.hour(0)));
        all.add(merged);
        Retention week = Retention.least().recoveryWindow(Duration.ofDays(7));
        Instant gone = Backlog.hour(4).plus(RetentionPlan.LINGERING);
        RetentionPlan before = RetentionPlan.of(week, all, gone.minusSeconds(1));
        assertEquals(List.of(), before.deletions());
        for (Entry part : parts) {
            assertTrue(before.keeps(part.id()) && !before.wants(part.id()), part + " is not to be copied any more");
        }
        assertTrue(before.wants(merged.id()));
        String why = before.verdicts().stream()
                .filter(verdict -> verdict.id().equals(parts.get(0).id()))
                .findFirst()
                .orElseThrow()
                .reasons()
                .get(0);
        assertTrue(why.contains(merged.id().toString()), why);
        assertEquals(
                new TreeSet<>(ids(parts)),
                new TreeSet<>(RetentionPlan.of(week, all, gone).deletions()));
        assertEquals(
                new TreeSet<>(ids(parts)),
                new TreeSet<>(RetentionPlan.of(week, all, Backlog.hour(4).minusSeconds(61))
                        .deletions()),
                "a clock that was set back does not keep them for ever");
    }

    /** Only then, and only where that one is good. */
    @Test
    void partsGoWhenAnotherHoldsWhatTheyDo() {
        Backlog backlog = new Backlog();
        Entry base = backlog.base("log", 10, Backlog.hour(0));
        List<Entry> entries = new ArrayList<>(List.of(base));
        for (int i = 11; i <= 14; i++) {
            entries.add(backlog.part("log", i, i, Backlog.hour(i - 10)));
        }
        Retention week = Retention.least().recoveryWindow(Duration.ofDays(7));
        Instant now = Backlog.hour(20);
        assertEquals(List.of(), RetentionPlan.of(week, entries, now).deletions());
        Entry merged = backlog.part("log", 11, 13, Backlog.hour(3));
        List<Entry> with = new ArrayList<>(entries);
        with.add(merged);
        RetentionPlan plan = RetentionPlan.of(week, with, now);
        assertEquals(new TreeSet<>(ids(entries.subList(1, 4))), new TreeSet<>(plan.deletions()));
        assertTrue(plan.keeps(merged.id()));
        assertTrue(plan.keeps(entries.get(4).id()));
        with.set(with.size() - 1, merged.damaged());
        RetentionPlan damaged = RetentionPlan.of(week, with, now);
        entries.forEach(entry -> assertTrue(damaged.keeps(entry.id()), entry + " is the only good one"));
        assertFalse(damaged.deletions().isEmpty(), "the damaged one goes");
    }
}
