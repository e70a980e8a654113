package io.holdfast.backup.plan;

import io.holdfast.backup.LogRange;
import io.holdfast.backup.Retention;
import io.holdfast.backup.catalog.BackupId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.IsoFields;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which backups of a catalogue stay and which go, and why: a function of what is there, a policy and the time.
 */
public final class RetentionPlan {
    /** By how much clocks of two nodes may differ. */
    private static final Duration DIFFERENCE = Duration.ofMinutes(1);

    /** For so long a restore, or a node that is seeded, may go by a list from before parts were put together. */
    static final Duration LINGERING = Duration.ofHours(6);

    private final Retention policy;
    private final Map<BackupId, Entry> entries = new TreeMap<>();
    private final Map<BackupId, List<String>> keeps = new TreeMap<>();
    /** By what holds all that is in it. */
    private final Map<BackupId, BackupId> lingering = new HashMap<>();

    private final Instant now;
    private final Instant reference;
    private final Comparator<Entry> byAge;

    /**
     * What becomes of one.
     *
     * @param id whose
     * @param keep true if it stays
     * @param reasons why, for people; at least one
     */
    public record Verdict(BackupId id, boolean keep, List<String> reasons) {}

    private RetentionPlan(Retention policy, Collection<Entry> all, Instant now) {
        this.policy = policy;
        this.now = now;
        all.forEach(entry -> entries.put(entry.id(), entry));
        Instant newest = entries.values().stream()
                .filter(Entry::good)
                .map(Entry::ended)
                .max(Comparator.naturalOrder())
                .orElse(now);
        this.reference = newest.isBefore(now) ? newest : now;
        // A clock that was wrong for an hour must not make what it stamped the newest for years: tokens only rise, and
        // under one
        // token what comes from the future counts as the oldest.
        this.byAge = Comparator.comparing((Entry entry) -> entry.id().token())
                .thenComparing(entry -> !entry.id().began().isAfter(now.plus(DIFFERENCE)))
                .thenComparing(Entry::id);
    }

    /** What becomes of those, each of which has an id of its own. */
    public static RetentionPlan of(Retention policy, Collection<Entry> entries, Instant now) {
        RetentionPlan plan = new RetentionPlan(policy, entries, now);
        plan.decide();
        return plan;
    }

    private void decide() {
        Map<String, List<Entry>> bySource = new TreeMap<>();
        for (Entry entry : entries.values()) {
            if (!entry.isLog()) {
                bySource.computeIfAbsent(entry.source(), source -> new ArrayList<>())
                        .add(entry);
            }
        }
        bySource.forEach(this::decide);
        window();
        needs();
    }

    private void decide(String source, List<Entry> all) {
        List<Entry> good =
                all.stream().filter(Entry::good).sorted(byAge.reversed()).toList();
        for (Entry entry : all) {
            boolean later = good.stream().anyMatch(other -> byAge.compare(other, entry) > 0);
            if (!entry.good() && !later) {
                keep(entry, "it is damaged, and there is no later one of " + source);
            }
        }
        for (int i = 0; i < good.size(); i++) {
            if (i == 0) {
                keep(good.get(i), "it is the last good one of " + source);
            } else if (i < policy.last()) {
                keep(good.get(i), "it is one of the last " + policy.last());
            }
        }
        Instant since = before(policy.within());
        good.stream()
                // Without that rule nothing is young enough for it, not even what a wrong clock stamped with the
                // future.
                .filter(entry -> !policy.within().isZero() && entry.ended().isAfter(since))
                .forEach(entry -> keep(entry, "it is no older than " + policy.within()));
        periods(good, policy.hours(), "hour", at -> at.toLocalDate() + "T" + at.getHour() + at.getOffset());
        periods(good, policy.days(), "day", at -> at.toLocalDate().toString());
        periods(
                good,
                policy.weeks(),
                "week",
                at -> at.get(IsoFields.WEEK_BASED_YEAR) + "-W" + at.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        periods(good, policy.months(), "month", at -> at.getYear() + "-" + at.getMonthValue());
        periods(good, policy.years(), "year", at -> String.valueOf(at.getYear()));
    }

    /** The newest of each period; the periods with none do not count. */
    private void periods(List<Entry> newestFirst, int count, String name, Function<ZonedDateTime, String> period) {
        Set<String> seen = new LinkedHashSet<>();
        for (Entry entry : newestFirst) {
            String of = period.apply(entry.id().began().atZone(policy.zone()));
            if (!seen.contains(of)) {
                if (seen.size() == count) {
                    return;
                }
                seen.add(of);
                keep(entry, "it is the newest of the " + name + " " + of);
            }
        }
    }

    /**
     * By when backups were whole, as that and the age of all else go by the clocks of who made them: the times within a log are by its masters'
     * clocks, and one of those that is wrong by a week would throw the window away.
     */
    private void window() {
        Instant start = before(policy.recoveryWindow());
        List<LogChain> logs = LogChain.of(entries.values());
        boolean covered =
                logs.stream().anyMatch(log -> log.begins(start) && !log.ended().isBefore(start));
        LogChain before = null;
        for (LogChain log : logs) {
            if (!log.ended().isBefore(start)) {
                window(log, start);
            } else if (log.hasBase()) {
                before = log; // sorted by their ends, so the last one is what was there when the window begins
            }
        }
        if (before != null && !covered) {
            window(before, before.ended());
        }
    }

    private void window(LogChain log, Instant start) {
        String what = "a restore to a moment since " + start;
        String reads = what + " reads it";
        long from = Long.MAX_VALUE;
        Entry base = log.baseFor(start).orElse(null);
        if (base != null) {
            from = LogChain.range(base).toIndex();
            log.basesFrom(base).forEach(needed -> keep(needed, what + " begins with it"));
        }
        NavigableMap<Long, Entry> needed = new TreeMap<>();
        log.neededParts().forEach(part -> needed.put(LogChain.range(part).fromIndex(), part));
        for (Entry part : log.parts()) {
            LogRange range = LogChain.range(part);
            // Also what follows nothing: its physical backup may be in another repository, and on its way here.
            if (range.toIndex() > from || !part.ended().isBefore(start)) {
                Entry whole = needed.floorEntry(range.fromIndex()).getValue();
                if (whole.id().equals(part.id())) {
                    keep(part, reads);
                } else if (isNew(whole)) {
                    lingering.put(part.id(), whole.id());
                }
            }
        }
    }

    /** What a clock stamped with the future that was set back since is not: else it would be so for as long. */
    private boolean isNew(Entry entry) {
        Instant began = entry.id().began();
        return began.isAfter(now.minus(LINGERING)) && !began.isAfter(now.plus(DIFFERENCE));
    }

    private Instant before(Duration age) {
        return reference.minus(age);
    }

    private void needs() {
        Deque<BackupId> open = new ArrayDeque<>(keeps.keySet());
        while (!open.isEmpty()) {
            BackupId kept = open.poll();
            for (BackupId need : needsOf(kept)) {
                Entry needed = entries.get(need);
                if (needed != null) {
                    if (!keeps.containsKey(need)) {
                        open.add(need);
                    }
                    keep(needed, kept + " needs it");
                }
            }
        }
    }

    private List<BackupId> needsOf(BackupId id) {
        Entry entry = entries.get(id);
        return entry == null ? List.of() : entry.needs();
    }

    private void keep(Entry entry, String reason) {
        keeps.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(reason);
    }

    /** True if that one is there and stays, at least for now. */
    public boolean keeps(BackupId id) {
        return keeps.containsKey(id) || lingering.containsKey(id);
    }

    /** True if it stays, and not only for those who may be reading it: where it is lacking it is to be brought. */
    boolean wants(BackupId id) {
        return keeps.containsKey(id);
    }

    /** What becomes of each, by id. */
    public List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Entry entry : entries.values()) {
            List<String> reasons = keeps.get(entry.id());
            BackupId whole = lingering.get(entry.id());
            if (reasons == null && whole != null) {
                reasons = List.of(whole + " holds all that is in it, but only since " + whole.began()
                        + ", and who restores now may have begun before");
            }
            verdicts.add(
                    reasons == null
                            ? new Verdict(entry.id(), false, List.of(whyNot(entry)))
                            : new Verdict(entry.id(), true, List.copyOf(reasons)));
        }
        return verdicts;
    }

    private static String whyNot(Entry entry) {
        if (!entry.good()) {
            return "it is damaged, and a later one is good";
        }
        return entry.isLog()
                ? "no restore within the recovery window reads it, or another part holds all that is in it"
                : "no rule keeps it";
    }

    /** What goes, each before what it needs. */
    public List<BackupId> deletions() {
        Map<BackupId, Integer> needing = new HashMap<>();
        List<BackupId> going = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (!keeps(entry.id())) {
                going.add(entry.id());
                entry.needs().forEach(need -> needing.merge(need, 1, Integer::sum));
            }
        }
        Deque<BackupId> free = new ArrayDeque<>();
        going.stream().filter(id -> !needing.containsKey(id)).forEach(free::add);
        List<BackupId> order = new ArrayList<>();
        while (!free.isEmpty()) {
            BackupId next = free.poll();
            order.add(next);
            for (BackupId need : needsOf(next)) {
                if (needing.merge(need, -1, Integer::sum) == 0 && entries.containsKey(need) && !keeps(need)) {
                    free.add(need);
                }
            }
        }
        return order;
    }
}
