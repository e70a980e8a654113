package io.holdfast.backup.plan;

import io.holdfast.backup.LogRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

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
        chains.sort(Comparator.comparing(LogChain::ended));
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

    /** Those of them of which no other holds all. */
    List<Entry> neededParts() {
        return Merging.needed(parts);
    }

    boolean hasBase() {
        return !bases.isEmpty();
    }

    /** When the last of it was whole: what was taken until then is in it, or in nothing. */
    Instant ended() {
        return Stream.concat(bases.stream(), parts.stream())
                .map(Entry::ended)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    /** True if a restore can begin with something that was whole then. */
    boolean begins(Instant moment) {
        return bases.stream().anyMatch(base -> !base.ended().isAfter(moment));
    }

    /**
     * From which a restore to what was taken after that moment begins: the last one that was whole by then, so that all in it is older; or, if
     * there is none, the first one.
     */
    Optional<Entry> baseFor(Instant moment) {
        Entry chosen = null;
        for (Entry base : bases) {
            if (chosen == null || !base.ended().isAfter(moment)) {
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

    /** The last physical backup that holds no later entry than that. */
    Optional<Entry> lastBaseUpTo(long index) {
        return bases.stream().filter(base -> range(base).toIndex() <= index).reduce((earlier, later) -> later);
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
