package io.holdfast.backup.plan;

import static io.holdfast.backup.plan.Backlog.hour;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Retention;
import io.holdfast.backup.catalog.BackupId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Over random catalogues, against what is looked up the long way: every moment that could be restored, entry by entry. */
class RetentionPropertyTest {
    private static final int SEEDS = Integer.getInteger("holdfast.retention.seeds", 1_000);

    private record World(List<Entry> entries, Retention policy, Instant now) {
        static World of(long seed) {
            Random random = new Random(seed);
            Backlog backlog = new Backlog();
            List<Entry> all = new ArrayList<>();
            int hours = 0;
            long index = 1;
            int log = 1;
            for (int i = random.nextInt(60); i > 0; i--) {
                hours += random.nextInt(20);
                index += random.nextInt(5);
                String id = "log" + log;
                int what = random.nextInt(10);
                if (what < 2) {
                    all.add(backlog.base(id, index, hour(hours)));
                } else if (what < 7) {
                    long from = Math.max(1, index - random.nextInt(4) + (random.nextInt(8) == 0 ? 3 : 0));
                    index = Math.max(index, from) + random.nextInt(6);
                    all.add(backlog.part(id, from, index, hour(hours)));
                } else if (what < 9) {
                    BackupId[] needs = all.isEmpty() || random.nextBoolean()
                            ? new BackupId[0]
                            : new BackupId[] {
                                all.get(random.nextInt(all.size())).id()
                            };
                    all.add(backlog.of("s" + random.nextInt(2), hour(hours), needs));
                } else {
                    log += random.nextInt(3) == 0 ? 1 : 0;
                }
                if (random.nextInt(12) == 0 && !all.isEmpty()) {
                    all.add(all.remove(all.size() - 1).damaged());
                }
            }
            Collections.shuffle(all, random);
            Retention policy = Retention.least()
                    .last(1 + random.nextInt(3))
                    .within(Duration.ofHours(random.nextInt(100)))
                    .hourly(random.nextInt(3))
                    .daily(random.nextInt(4))
                    .weekly(random.nextInt(3))
                    .monthly(random.nextInt(2))
                    .recoveryWindow(Duration.ofHours(random.nextInt(200)));
            return new World(all, policy, hour(hours + random.nextInt(400) - 100));
        }

        Set<Entry> kept() {
            RetentionPlan plan = RetentionPlan.of(policy, entries, now);
            return entries.stream().filter(e -> plan.keeps(e.id())).collect(Collectors.toSet());
        }

        long windowStart() {
            Instant newest = entries.stream()
                    .filter(Entry::good)
                    .map(Entry::ended)
                    .max(Comparator.naturalOrder())
                    .orElse(now);
            return (newest.isBefore(now) ? newest : now)
                    .minus(policy.recoveryWindow())
                    .toEpochMilli();
        }
    }

    /** Which entries of the log a restore could end with: tried for each base, entry by entry. */
    private static Set<Long> restorable(Collection<Entry> entries, String log) {
        Set<Long> all = new TreeSet<>();
        for (Entry base : entries) {
            if (base.good() && base.kind() == BackupKind.PHYSICAL && isOf(base, log)) {
                long index = LogChain.range(base).toIndex();
                boolean more = true;
                while (more) {
                    all.add(index);
                    long next = index + 1;
                    more = entries.stream()
                            .filter(e -> e.good() && e.kind() == BackupKind.LOG && isOf(e, log))
                            .map(LogChain::range)
                            .anyMatch(r -> r.fromIndex() <= next && next <= r.toIndex());
                    index = next;
                }
            }
        }
        return all;
    }

    private static boolean isOf(Entry entry, String log) {
        return entry.range().map(r -> r.logId().equals(log)).orElse(false);
    }

    @Test
    void everyMomentOfTheWindowCanStillBeRestored() {
        int checked = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = World.of(seed);
            Set<Entry> kept = world.kept();
            long start = world.windowStart();
            for (LogChain log : LogChain.of(world.entries())) {
                // The first entry that surely is of the window: what a part or a backup that ended in it ends with.
                long first = world.entries().stream()
                        .filter(e -> e.good() && isOf(e, log.logId()))
                        .filter(e -> e.ended().toEpochMilli() >= start)
                        .map(LogChain::range)
                        .mapToLong(LogRange::toIndex)
                        .min()
                        .orElse(Long.MAX_VALUE);
                Set<Long> before = restorable(world.entries(), log.logId());
                before.removeIf(index -> index < first);
                before.removeAll(restorable(kept, log.logId()));
                assertEquals(Set.of(), before, "seed " + seed + ", log " + log.logId() + " from " + first);
                checked++;
            }
        }
        assertTrue(checked > SEEDS, "only " + checked + " logs were looked at");
    }

    @Test
    void whatWasThereWhenTheWindowBeganCanBeRestored() {
        int checked = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = World.of(seed);
            long start = world.windowStart();
            boolean before = atOrBefore(world.entries(), start);
            assertEquals(before, atOrBefore(world.kept(), start), "seed " + seed);
            checked += before ? 1 : 0;
        }
        assertTrue(checked > SEEDS / 10, "only " + checked + " had anything before the window");
    }

    private static boolean atOrBefore(Collection<Entry> entries, long start) {
        return entries.stream()
                .filter(e -> e.good() && e.isBase())
                .anyMatch(e -> e.ended().toEpochMilli() <= start);
    }

    /** The masters' clocks are wrong, each by something else, and those of who backs up are not: nothing else is kept for that. */
    @Test
    void theMastersClocksDecideNothing() {
        int skewed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = World.of(seed);
            Random random = new Random(~seed);
            List<Entry> wrong = new ArrayList<>();
            for (Entry entry : world.entries()) {
                long by = Duration.ofHours(random.nextInt(2_000) - 1_000).toMillis();
                wrong.add(new Entry(
                        entry.id(),
                        entry.source(),
                        entry.kind(),
                        entry.ended(),
                        entry.range()
                                .map(r -> new LogRange(
                                        r.logId(),
                                        r.fromIndex(),
                                        r.toIndex(),
                                        r.toTerm(),
                                        Math.max(0, r.fromMillis() + by),
                                        Math.max(0, r.toMillis() + by))),
                        entry.needs(),
                        entry.storedBytes(),
                        entry.good()));
                skewed += entry.range().isPresent() ? 1 : 0;
            }
            RetentionPlan right = RetentionPlan.of(world.policy(), world.entries(), world.now());
            RetentionPlan withWrong = RetentionPlan.of(world.policy(), wrong, world.now());
            assertEquals(right.deletions(), withWrong.deletions(), "seed " + seed);
        }
        assertTrue(skewed > SEEDS, "only " + skewed + " had times of masters");
    }

    @Test
    void theLastGoodOneOfEachSourceStaysWithAllItNeeds() {
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = World.of(seed);
            Set<BackupId> kept = world.kept().stream().map(Entry::id).collect(Collectors.toSet());
            Set<String> sources = new HashSet<>();
            world.entries().stream()
                    .filter(e -> e.good() && !e.isLog())
                    .filter(e -> !e.id().began().isAfter(world.now().plusSeconds(60)))
                    .sorted(Comparator.comparing(Entry::id).reversed())
                    .filter(e -> sources.add(e.source()))
                    .forEach(last -> assertTrue(kept.contains(last.id()), "the last of " + last.source()));
            Set<BackupId> there = world.entries().stream().map(Entry::id).collect(Collectors.toSet());
            for (Entry entry : world.entries()) {
                Set<BackupId> needs = new HashSet<>(entry.needs());
                needs.retainAll(there);
                assertTrue(!kept.contains(entry.id()) || kept.containsAll(needs), "seed " + seed + ": " + entry.id());
            }
        }
    }

    @Test
    void whatGoesGoesInAnOrderThatNeverLeavesANeedUnmet() {
        int deleted = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = World.of(seed);
            RetentionPlan plan = RetentionPlan.of(world.policy(), world.entries(), world.now());
            List<Entry> left = new ArrayList<>(world.entries());
            for (BackupId id : plan.deletions()) {
                assertTrue(left.removeIf(e -> e.id().equals(id)), "seed " + seed + ": " + id + " twice");
                assertTrue(left.stream().noneMatch(e -> e.needs().contains(id)), "seed " + seed + ": " + id);
                deleted++;
            }
            assertEquals(world.kept(), new HashSet<>(left), "seed " + seed);
            RetentionPlan again = RetentionPlan.of(world.policy(), left, world.now());
            assertEquals(List.of(), again.deletions(), "seed " + seed + ": once is enough");
        }
        assertTrue(deleted > SEEDS, "only " + deleted + " were deleted");
    }
}
