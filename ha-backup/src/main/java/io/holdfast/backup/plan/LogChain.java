package io.holdfast.backup.plan;

import io.holdfast.backup.LogRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What there is of one log: physical backups, from each of which a restore can begin, and parts that follow. Parts may overlap, since two
 * nodes may have archived at once. What is damaged is not counted. Immutable.
 */
final class LogChain {
    private final String logId;
    private final List<Entry> bases;
    private final List<Entry> parts;

    private LogChain(String logId, List<Entry> bases, List<Entry> parts) {
        this.logId = logId;
        this.bases = bases;
        this.parts = parts;
    }

    /** One for each log of which there is anything, by the time of its end: the one that goes on at present is the last. */
    static List<LogChain> of(Collection<Entry> entries) {
        TreeMap<String, List<Entry>> logs = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.good()
                    && (entry.isBase() || entry.isLog())
                    && entry.range().isPresent()) {
                logs.computeIfAbsent(entry.range().get().logId(), id -> new ArrayList<>())
                        .add(entry);
            }
        }
        List<LogChain> chains = new ArrayList<>();
        logs.forEach((id, all) -> chains.add(new LogChain(
                id,
                all.stream()
                        .filter(Entry::isBase)
                        .sorted(Comparator.comparingLong((Entry e) -> range(e).toIndex())
                                .thenComparing(Entry::id))
                        .toList(),
                all.stream()
                        .filter(Entry::isLog)
                        .sorted(Comparator.comparingLong((Entry e) -> range(e).fromIndex())
                                .thenComparing(Entry::id))
                        .toList())));
        chains.sort(Comparator.comparingLong(LogChain::endMillis));
        return chains;
    }

    static LogRange range(Entry entry) {
        return entry.range().orElseThrow(() -> new IllegalStateException(entry.id() + " is of no log"));
    }

    String logId() {
        return logId;
    }

    List<Entry> parts() {
        return parts;
    }

    boolean hasBase() {
        return !bases.isEmpty();
    }

    /** The time of the last entry that anything holds. */
    long endMillis() {
        long end = Long.MIN_VALUE;
        for (Entry base : bases) {
            end = Math.max(end, range(base).toMillis());
        }
        for (Entry part : parts) {
            end = Math.max(end, range(part).toMillis());
        }
        return end;
    }

    /** The time of the first moment that can be restored; the largest number there is if none can. */
    long firstMillis() {
        return bases.isEmpty() ? Long.MAX_VALUE : range(bases.get(0)).toMillis();
    }

    /** From which a restore to that moment begins, or, if none is as old, to the first moment that can be restored. */
    Optional<Entry> baseFor(long millis) {
        Entry chosen = null;
        for (Entry base : bases) {
            if (chosen == null || range(base).toMillis() <= millis) {
                chosen = base;
            }
        }
        return Optional.ofNullable(chosen);
    }

    /**
     * Up to which entry a restore from that base gets.
     *
     * @return its index
     */
    long reach(Entry base) {
        long reach = range(base).toIndex();
        for (Entry part : parts) {
            LogRange range = range(part);
            if (range.fromIndex() > reach + 1) {
                return reach;
            }
            reach = Math.max(reach, range.toIndex());
        }
        return reach;
    }

    /** The last physical backup. */
    Optional<Entry> lastBase() {
        return bases.isEmpty() ? Optional.empty() : Optional.of(bases.get(bases.size() - 1));
    }

    /**
     * The physical backups without which an entry after that base could not be restored that can be now: one behind each gap. The
     * base is among them.
     */
    List<Entry> basesFrom(Entry base) {
        List<Entry> needed = new ArrayList<>();
        needed.add(base);
        long reach = reach(base);
        for (Entry next : bases) {
            if (range(next).toIndex() > reach) {
                needed.add(next);
                reach = reach(next);
            }
        }
        return needed;
    }
}
