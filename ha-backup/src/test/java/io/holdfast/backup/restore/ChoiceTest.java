package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.restore.Choice.Chain;
import io.holdfast.backup.restore.Choice.PassedOver;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of random catalogues, what the slow and obvious way finds is found. */
class ChoiceTest {
    private static final String LOG = "9d0f.1";
    private static final int ENTRIES = 40;

    private final List<Manifest> all = new ArrayList<>();

    private void add(BackupKind kind, String log, long from, long to) {
        add(kind, log, from, to, to);
    }

    /** @param second when it is made, by its maker's clock */
    private void add(BackupKind kind, String log, long from, long to, long second) {
        FencingToken token = FencingToken.of(log.endsWith(".0") ? 0 : 1, 7);
        BackupId id = new BackupId(Archive.moment(second), token, all.size());
        all.add(new Manifest(
                id,
                "shop",
                kind,
                "state",
                "node-1",
                Optional.of(
                        new LogRange(log, from, to, token.value(), from == 0 ? 0 : Archive.at(from), Archive.at(to))),
                Archive.moment(to),
                List.of(new StoredObject("data/" + id + "/it", 1, 1, "")),
                List.of(),
                Map.of(),
                List.of()));
    }

    private void fill(Random random) {
        all.clear();
        int backups = random.nextInt(4);
        for (int i = 0; i < backups; i++) {
            add(BackupKind.PHYSICAL, LOG, 0, 1L + random.nextInt(ENTRIES));
        }
        int parts = random.nextInt(12);
        for (int i = 0; i < parts; i++) {
            long from = 1L + random.nextInt(ENTRIES);
            add(
                    BackupKind.LOG,
                    random.nextInt(9) == 0 ? "other.0" : LOG,
                    from,
                    Math.min(ENTRIES, from + random.nextInt(12)));
        }
    }

    /** How far one comes by adding whatever fits, again and again. */
    private long reach(Manifest backup, Set<BackupId> unusable) {
        long index = Choice.range(backup).toIndex();
        boolean further = true;
        while (further) {
            further = false;
            for (Manifest part : all) {
                LogRange range = Choice.range(part);
                if (part.kind() == BackupKind.LOG
                        && range.logId().equals(LOG)
                        && !unusable.contains(part.id())
                        && range.fromIndex() <= index + 1
                        && range.toIndex() > index) {
                    index = range.toIndex();
                    further = true;
                }
            }
        }
        return index;
    }

    private long lastOf(String log) {
        return all.stream()
                .map(Choice::range)
                .filter(range -> range.logId().equals(log))
                .mapToLong(LogRange::toIndex)
                .max()
                .orElse(0);
    }

    private void check(Random random, RestoreBound bound, long limit) {
        Choice choice = new Choice(all, bound, "");
        assertNull(choice.passedOver(), "of the other log there is no backup to fall back to");
        List<Manifest> possible = all.stream()
                .filter(each ->
                        each.kind() == BackupKind.PHYSICAL && Choice.range(each).toIndex() <= limit)
                .sorted(Comparator.comparingLong(
                                (Manifest each) -> Choice.range(each).toIndex())
                        .thenComparing(Manifest::id)
                        .reversed())
                .toList();
        assertEquals(possible, choice.candidates());
        for (Manifest backup : possible) {
            Set<BackupId> unusable = new HashSet<>();
            all.forEach(each -> {
                if (random.nextInt(6) == 0) {
                    unusable.add(each.id());
                }
            });
            Chain chain = choice.chain(backup, unusable);
            long reach = reach(backup, unusable);
            boolean reachable = bound.isEnd() ? reach >= lastOf(LOG) : reach >= limit;
            assertEquals(reachable, chain.reached(), () -> bound + " of " + all + " without " + unusable);
            long index = Choice.range(backup).toIndex();
            for (Manifest part : chain.log()) {
                assertTrue(Choice.range(part).fromIndex() <= index + 1, "a gap");
                assertTrue(Choice.range(part).toIndex() > index, "a part that is of no use");
                assertTrue(!unusable.contains(part.id()));
                index = Choice.range(part).toIndex();
            }
            assertEquals(index, chain.index());
            if (!reachable) {
                assertEquals(reach, chain.index(), "it says how far all is there");
            }
        }
    }

    @Test
    void whatCanBeReachedIsReachedWithoutGaps() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            fill(random);
            long limit = 1L + random.nextInt(ENTRIES + 2);
            check(random, RestoreBound.index(limit), limit);
            check(random, RestoreBound.until(Archive.moment(limit)), limit);
            check(random, RestoreBound.end(), Long.MAX_VALUE);
        }
    }

    private String logOf(RestoreBound bound) {
        Choice choice = new Choice(all, bound, "");
        assertNull(choice.passedOver());
        return Choice.range(choice.candidates().get(0)).logId();
    }

    @Test
    void theNewestLogIsThatOfTheLatestEpochWhateverTheClocksSay() {
        add(BackupKind.PHYSICAL, "9d0f.0", 0, 20, 1_000);
        add(BackupKind.LOG, "9d0f.0", 21, 40, 1_010);
        add(BackupKind.PHYSICAL, LOG, 0, 15, 500); // restored to entry 14 on a machine whose clock is in the past
        add(BackupKind.LOG, LOG, 16, 35, 510);
        assertEquals(LOG, logOf(RestoreBound.end()));
        assertEquals(LOG, logOf(RestoreBound.index(30)));
        assertEquals(LOG, logOf(RestoreBound.until(Archive.moment(2_000))));
        assertEquals(
                "9d0f.0",
                Choice.range(new Choice(all, RestoreBound.end(), "9d0f.0")
                                .candidates()
                                .get(0))
                        .logId());
    }

    @Test
    void thePartsOfALogTellItsEpochAsWell() {
        add(BackupKind.PHYSICAL, "9d0f.0", 0, 20, 1_000);
        add(BackupKind.LOG, LOG, 16, 35, 510);
        Choice end = new Choice(all, RestoreBound.end(), "");
        assertEquals(new PassedOver(LOG, 35), end.passedOver(), "the newest log has no backup that would be its end");
        assertEquals(new PassedOver(LOG, 35), new Choice(all, RestoreBound.index(35), "").passedOver());
        assertEquals("9d0f.0", logOf(RestoreBound.index(36)), "only the older one may have had it");
        assertEquals("9d0f.0", logOf(RestoreBound.until(Archive.moment(600))), "moments are not counted anew");
    }
}
