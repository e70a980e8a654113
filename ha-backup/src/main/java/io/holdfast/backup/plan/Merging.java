package io.holdfast.backup.plan;

import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.BackupId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which parts of a log are to be put together, and which are not needed since another one holds all that they do. Pure.
 *
 * <p>Small ones are put together with small ones: what comes of it is several times as large as the largest of them, so that each byte is written
 * again a few times at the most, however long the log goes on. What is large already, as of a cluster with many writes, stays as
 * it is.
 */
final class Merging {
    /** What is in one leaves the recovery window at one time: so nothing is kept for much longer than it is wanted. */
    private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();

    private static final int MOST_AT_ONCE = 1_000;

    private Merging() {}

    /**
     * Those of which no other holds all.
     *
     * @param parts of one log, by their first entries and then by id
     */
    static List<Entry> needed(List<Entry> parts) {
        List<Entry> needed = new ArrayList<>();
        for (Entry part : parts) {
            LogRange range = LogChain.range(part);
            // Of those that begin at the same entry the longest stays, and of equal ones the first.
            while (!needed.isEmpty()) {
                LogRange last = LogChain.range(needed.get(needed.size() - 1));
                boolean covered = last.fromIndex() == range.fromIndex() && last.toIndex() < range.toIndex();
                if (!covered) {
                    break;
                }
                needed.remove(needed.size() - 1);
            }
            if (needed.isEmpty()
                    || LogChain.range(needed.get(needed.size() - 1)).toIndex() < range.toIndex()) {
                needed.add(part);
            }
        }
        return needed;
    }

    /**
     * What a layer puts together next, in order; empty if nothing.
     *
     * @param layer what is in that layer
     * @param all what is in all of them: what another one has put together is copied, and not made again
     * @param except what could not be read, and what will be deleted
     */
    static List<BackupId> next(MergePlan plan, Collection<Entry> layer, Collection<Entry> all, Set<BackupId> except) {
        if (plan.atLeast() == 0) {
            return List.of();
        }
        Set<BackupId> needed = new HashSet<>();
        for (LogChain log : LogChain.of(all)) {
            needed(log.parts()).forEach(part -> needed.add(part.id()));
        }
        for (LogChain log : LogChain.of(layer)) {
            List<Entry> parts = needed(log.parts().stream()
                    .filter(part -> needed.contains(part.id()) && !except.contains(part.id()))
                    .toList());
            for (int first = 0; first + plan.atLeast() <= parts.size(); first++) {
                List<BackupId> run = run(plan, parts, first);
                if (!run.isEmpty()) {
                    return run;
                }
            }
        }
        return List.of();
    }

    /** So many times as large as its largest part is what comes of it: that is how rarely a byte is written again. */
    private static int growth(MergePlan plan) {
        return Math.max(2, Math.min(8, plan.atLeast() / 2));
    }

    private static List<BackupId> run(MergePlan plan, List<Entry> parts, int first) {
        List<BackupId> run = new ArrayList<>();
        LogRange begin = LogChain.range(parts.get(first));
        long end = begin.fromIndex() - 1;
        long bytes = 0;
        long largest = 0;
        for (Entry part : parts.subList(first, Math.min(parts.size(), first + MOST_AT_ONCE))) {
            LogRange range = LogChain.range(part);
            boolean follows = range.fromIndex() <= end + 1 && range.toIndex() > end;
            boolean outgrows = run.size() >= plan.atLeast() && part.storedBytes() > bytes;
            if (!follows
                    || outgrows
                    || bytes + part.storedBytes() > plan.mostBytes()
                    || range.toMillis() - begin.fromMillis() > LONGEST_MILLIS) {
                break;
            }
            run.add(part.id());
            end = range.toIndex();
            bytes += part.storedBytes();
            largest = Math.max(largest, part.storedBytes());
        }
        return run.size() >= plan.atLeast() && largest <= bytes / growth(plan) ? run : List.of();
    }
}
