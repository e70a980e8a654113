package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the planner knows of one layer under one grant. */
final class LayerState {
    /** Shorter than the log is kept for who archives it. */
    private static final long COUNTS_NANOS = TimeUnit.MINUTES.toNanos(5);

    final LayerPlan plan;
    final Backoff trouble = new Backoff(5, 300);
    private final Map<BackupId, Entry> entries = new TreeMap<>();
    private final Set<BackupId> damagedCopies = new HashSet<>();
    /** What could not be read, and may be whole all the same: so it counts. */
    private final Set<BackupId> unreadable = new HashSet<>();

    private List<String> damage = List.of();
    /** What came since the last look began, which may not have seen it. */
    private final Map<BackupId, Entry> addedSince = new TreeMap<>();

    private final Set<BackupId> removedSince = new HashSet<>();

    /** Somebody with a higher token has it. */
    boolean taken;

    boolean claimed;
    /** It has been looked at since the last failure. */
    boolean looked;
    /** A look was tried, with whatever outcome. */
    boolean tried;

    long lookedAt;
    /** Since when it cannot be used; of no meaning while it can. */
    long failingSince;

    long collectAt;
    boolean hasDeleted;
    /** When a deletion ended last, which may have taken long; of no meaning before the first one. */
    long deletedAt;
    /** A deletion is what has begun last of what takes turns in the quick lane. */
    boolean deletedLast;

    @Nullable
    Job quick;

    @Nullable
    Job bulk;

    @Nullable
    Job drill;

    /** What it should have and has not, in the order of copying. */
    List<BackupId> lacks = List.of();
    /** What it has and should not, in the order of deleting. */
    List<BackupId> surplus = List.of();
    /** Since when it has lacked something; of no meaning while it lacks nothing. */
    long lacksSince;

    /** Parts of the log that are to be put together. */
    List<BackupId> mergeable = List.of();
    /** How putting together goes: other jobs in the layer may succeed while that does not. */
    final Backoff merging = new Backoff(60, 3_600);
    /** What could not be. */
    private final Set<BackupId> notMerged = new HashSet<>();

    LayerState(LayerPlan plan) {
        this.plan = plan;
    }

    String name() {
        return plan.name();
    }

    /** True if it can be written to, as far as is known. */
    boolean isUsable(long nowNanos) {
        return claimed && looked && !taken && trouble.isOver(nowNanos);
    }

    /** True if it can be read, as far as is known. */
    boolean isReadable() {
        return looked;
    }

    /** True if what it had counts as being there: for a while also after it has failed. */
    boolean isKnown(long nowNanos) {
        return looked || (tried && claimed && nowNanos - failingSince < COUNTS_NANOS);
    }

    @Nullable
    Job in(Job.Lane lane) {
        return switch (lane) {
            case QUICK -> quick;
            case BULK -> bulk;
            case DRILL -> drill;
        };
    }

    void put(Job.Lane lane, @Nullable Job job) {
        switch (lane) {
            case QUICK -> quick = job;
            case BULK -> bulk = job;
            case DRILL -> drill = job;
        }
    }

    /** Takes note that a look begins: what it says is of some moment after this. */
    void looking() {
        addedSince.clear();
        removedSince.clear();
    }

    void seen(Job.Result.Seen seen, long nowNanos) {
        entries.clear();
        for (Entry entry : seen.entries()) {
            entries.put(entry.id(), damagedCopies.contains(entry.id()) ? entry.damaged() : entry);
        }
        entries.putAll(addedSince);
        entries.keySet().removeAll(removedSince);
        damage = seen.damaged();
        tried = true;
        looked = true;
        lookedAt = nowNanos;
    }

    void add(Entry entry) {
        damagedCopies.remove(entry.id());
        entries.put(entry.id(), entry);
        addedSince.put(entry.id(), entry);
        removedSince.remove(entry.id());
    }

    void remove(BackupId id) {
        entries.remove(id);
        damagedCopies.remove(id);
        unreadable.remove(id);
        addedSince.remove(id);
        removedSince.add(id);
    }

    void damaged(BackupId id) {
        damagedCopies.add(id);
        Entry entry = entries.get(id);
        if (entry != null) {
            entries.put(id, entry.damaged());
            addedSince.computeIfPresent(id, (same, good) -> good.damaged());
        }
    }

    /** It could not be read again and again, which people are to know. */
    void unreadable(BackupId id) {
        unreadable.add(id);
    }

    /** Leaves those of its surplus alone that others still lack and that are good here. */
    void spare(Set<BackupId> lacking) {
        surplus = surplus.stream()
                .filter(id -> !(lacking.contains(id) && hasGood(id)))
                .toList();
    }

    /** Decides what is put together next; after what it has too much of is known. */
    void planMerge(MergePlan merge, Collection<Entry> all) {
        Set<BackupId> except = new HashSet<>(notMerged);
        except.addAll(surplus);
        mergeable = Merging.next(merge, entries.values(), all, except);
    }

    /** Those cannot be read, or one of them. */
    void notMergeable(List<BackupId> ids) {
        notMerged.addAll(ids);
    }

    /** What is damaged, for people; empty if nothing is known to be. */
    List<String> damage() {
        List<String> all = new ArrayList<>(damage);
        damagedCopies.stream().sorted().forEach(id -> all.add("the backup " + id + " was not read as it was stored"));
        unreadable.stream().sorted().forEach(id -> all.add("the backup " + id + " could not be read"));
        return all;
    }

    Collection<Entry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    boolean has(BackupId id) {
        return entries.containsKey(id);
    }

    @Nullable
    Entry entry(BackupId id) {
        return entries.get(id);
    }

    boolean hasGood(BackupId id) {
        Entry entry = entries.get(id);
        return entry != null && entry.good();
    }
}
