package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.state.StateSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which physical backup, and which parts of the log after it. Pure.
 *
 * <p>A catalogue may hold several logs, since each restore begins another one whose first entries are those of the old. An index is taken for
 * one of the newest log that has a backup early enough; a moment for one of the log that was in use then, which is the one whose
 * first backup is the latest of those before the moment. The end is the newest log's.
 */
final class Choice {
    private final RestoreBound bound;
    private final List<Manifest> candidates;
    private final List<Manifest> parts;
    private final long lastIndex;

    /**
     * A backup and what follows it.
     *
     * @param log in order, each of which begins at the entry after the last of the one before, or earlier
     * @param index the last entry in them
     * @param millis when that one was taken
     * @param reached true if that is at or after the bound
     */
    record Chain(Manifest backup, List<Manifest> log, long index, long millis, boolean reached) {}

    /**
     * Looks at what there is.
     *
     * @param all of any kind
     * @param logId the only one that is looked at; empty for the one that the bound is meant of
     */
    Choice(Collection<Manifest> all, RestoreBound bound, String logId) {
        this.bound = bound;
        Map<String, List<Manifest>> byLog = new HashMap<>();
        for (Manifest manifest : all) {
            boolean state = manifest.kind() == BackupKind.PHYSICAL
                    && manifest.source().equals(StateSource.NAME)
                    && manifest.range().isPresent();
            if (state && (logId.isEmpty() || range(manifest).logId().equals(logId))) {
                byLog.computeIfAbsent(range(manifest).logId(), log -> new ArrayList<>())
                        .add(manifest);
            }
        }
        this.candidates = candidates(byLog);
        String log = candidates.isEmpty() ? "" : range(candidates.get(0)).logId();
        this.parts = all.stream()
                .filter(each -> each.kind() == BackupKind.LOG)
                .filter(each -> each.range().filter(r -> r.logId().equals(log)).isPresent())
                .sorted(Comparator.comparingLong((Manifest each) -> range(each).fromIndex())
                        .thenComparing(Manifest::id))
                .toList();
        this.lastIndex = all.stream()
                .filter(each -> each.range().filter(r -> r.logId().equals(log)).isPresent())
                .mapToLong(each -> range(each).toIndex())
                .max()
                .orElse(0);
    }

    static LogRange range(Manifest manifest) {
        return manifest.range().orElseThrow();
    }

    private List<Manifest> candidates(Map<String, List<Manifest>> byLog) {
        List<List<Manifest>> newestFirst = new ArrayList<>(byLog.values());
        newestFirst.sort(Comparator.comparing(Choice::begun).reversed());
        if (bound.lastMillis() < Long.MAX_VALUE) {
            Instant moment = Instant.ofEpochMilli(bound.lastMillis());
            List<List<Manifest>> later = newestFirst.stream()
                    .filter(log -> begun(log).began().isAfter(moment))
                    .toList();
            newestFirst.removeAll(later);
            for (List<Manifest> log : later) {
                newestFirst.add(log); // of use if nothing else is: the first backup may be younger than what it holds
            }
        }
        for (List<Manifest> log : newestFirst) {
            List<Manifest> early = log.stream()
                    .filter(each -> range(each).toIndex() <= bound.lastIndex()
                            && range(each).toMillis() <= bound.lastMillis())
                    .sorted(Comparator.comparingLong(
                                    (Manifest each) -> range(each).toIndex())
                            .thenComparing(Manifest::id)
                            .reversed())
                    .toList();
            if (!early.isEmpty()) {
                return early;
            }
        }
        return List.of();
    }

    private static BackupId begun(List<Manifest> log) {
        return log.stream().map(Manifest::id).min(Comparator.naturalOrder()).orElseThrow();
    }

    /** The backups of the log that is meant, those with which least is to be read of the log first. */
    List<Manifest> candidates() {
        return candidates;
    }

    /** The last entry of that log that anything holds. */
    long lastIndex() {
        return lastIndex;
    }

    /** What follows a backup up to the bound, or up to where there is something. */
    Chain chain(Manifest backup, Set<BackupId> unusable) {
        long index = range(backup).toIndex();
        long millis = range(backup).toMillis();
        List<Manifest> chosen = new ArrayList<>();
        int at = 0;
        while (index < bound.lastIndex() && millis <= bound.lastMillis()) {
            Manifest best = null;
            for (; at < parts.size() && range(parts.get(at)).fromIndex() <= index + 1; at++) {
                Manifest part = parts.get(at);
                boolean further = range(part).toIndex()
                        > (best == null ? index : range(best).toIndex());
                if (further && !unusable.contains(part.id())) {
                    best = part;
                }
            }
            if (best == null) {
                break;
            }
            chosen.add(best);
            index = range(best).toIndex();
            millis = range(best).toMillis();
        }
        return new Chain(backup, chosen, index, millis, reached(index, millis));
    }

    private boolean reached(long index, long millis) {
        if (bound.isEnd()) {
            return index >= lastIndex;
        }
        return bound.lastIndex() < Long.MAX_VALUE ? index >= bound.lastIndex() : millis >= bound.lastMillis();
    }

    /** The first entry after an index that anything of that log begins with; 0 if nothing does. */
    long nextAfter(long index) {
        return parts.stream()
                .mapToLong(part -> range(part).fromIndex())
                .filter(from -> from > index + 1)
                .min()
                .orElse(0);
    }
}
