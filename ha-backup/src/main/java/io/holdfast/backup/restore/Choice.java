package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.FencingToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which physical backup, and which parts of the log after it. Pure.
 *
 * <p>A catalogue may hold several logs, since each restore begins another one whose first entries are those of the old. Of two the one of the later
 * epoch is newer, whatever the clocks of those who made the backups said; clocks decide between logs of one epoch alone. The end is the newest log's, and
 * an index one of it. Where that has no backup early enough, an older log's entry is taken only if the newest has none of that number: else
 * {@link #passedOver} says which one was meant as well. A moment is one of the log that was in use then, which is the newest of those whose first backup is
 * before the moment.
 */
final class Choice {
    private final RestoreBound bound;
    private final List<Manifest> candidates;
    private @Nullable PassedOver passedOver;
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
     * A newer log than that of the candidates, which may be meant as well and has no physical backup early enough.
     *
     * @param lastIndex the last entry of it that anything holds
     */
    record PassedOver(String logId, long lastIndex) {}

    /** All that is there of a log, and the physical backups among it. */
    private record OneLog(String id, List<Manifest> all, List<Manifest> backups) {
        private int epoch() {
            return all.stream()
                    .mapToInt(each -> new FencingToken(range(each).toTerm()).epoch())
                    .max()
                    .orElse(0);
        }

        private static BackupId first(List<Manifest> manifests) {
            return manifests.stream()
                    .map(Manifest::id)
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        }

        private boolean begunAfter(Instant moment) {
            return first(backups.isEmpty() ? all : backups).began().isAfter(moment);
        }

        private long lastIndex() {
            return all.stream().mapToLong(each -> range(each).toIndex()).max().orElse(0);
        }
    }

    /**
     * Looks at what there is.
     *
     * @param all of any kind
     * @param logId the only one that is looked at; empty for the one that the bound is meant of
     */
    Choice(Collection<Manifest> all, RestoreBound bound, String logId) {
        this.bound = bound;
        Map<String, OneLog> logs = new TreeMap<>();
        for (Manifest manifest : all) {
            boolean meant = manifest.range()
                    .filter(range -> logId.isEmpty() || range.logId().equals(logId))
                    .isPresent();
            boolean backup =
                    manifest.kind() == BackupKind.PHYSICAL && manifest.source().equals(StateSource.NAME);
            if (meant && (backup || manifest.kind() == BackupKind.LOG)) {
                OneLog log = logs.computeIfAbsent(
                        range(manifest).logId(), id -> new OneLog(id, new ArrayList<>(), new ArrayList<>()));
                log.all().add(manifest);
                if (backup) {
                    log.backups().add(manifest);
                }
            }
        }
        this.candidates = candidates(logs.values());
        String log = candidates.isEmpty() ? logId : range(candidates.get(0)).logId();
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

    private List<Manifest> candidates(Collection<OneLog> logs) {
        for (OneLog log : inTurn(logs)) {
            List<Manifest> early = log.backups().stream()
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
            if (passedOver == null && mayBeMeant(log)) {
                passedOver = new PassedOver(log.id(), log.lastIndex());
            }
        }
        passedOver = null; // there is no other either
        return List.of();
    }

    /** The newest first, and after all others those that began only after the moment. */
    private List<OneLog> inTurn(Collection<OneLog> logs) {
        List<OneLog> newestFirst = new ArrayList<>(logs);
        newestFirst.sort(Comparator.comparingInt(OneLog::epoch)
                .thenComparing(log -> OneLog.first(log.all()))
                .reversed());
        if (bound.lastMillis() < Long.MAX_VALUE) {
            Instant moment = Instant.ofEpochMilli(bound.lastMillis());
            List<OneLog> later =
                    newestFirst.stream().filter(log -> log.begunAfter(moment)).toList();
            newestFirst.removeAll(later);
            newestFirst.addAll(later); // of use if nothing else is: the first backup may be younger than what it holds
        }
        return newestFirst;
    }

    /** True if it has what is wanted, or an end of its own, and not what it would be restored from. */
    private boolean mayBeMeant(OneLog log) {
        return bound.isEnd() || (bound.lastMillis() == Long.MAX_VALUE && log.lastIndex() >= bound.lastIndex());
    }

    /** The newer log that may be meant instead; null if there is none. Then nothing is to be restored without asking. */
    @Nullable
    PassedOver passedOver() {
        return passedOver;
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
        return after(backup, range(backup).toIndex(), range(backup).toMillis(), unusable);
    }

    /**
     * The same from an entry on that is in that backup or follows it.
     *
     * @param fromIndex of that entry
     * @param fromMillis when it was taken
     */
    Chain after(Manifest backup, long fromIndex, long fromMillis, Set<BackupId> unusable) {
        long index = fromIndex;
        long millis = fromMillis;
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
