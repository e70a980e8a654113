package io.holdfast.autoscale.decide;

import io.holdfast.autoscale.ScalingLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What decisions have to remember, also when another node goes on deciding. Immutable, of plain values, and bounded. Lists are oldest
 * first.
 *
 * @param recommendations what the policies' wishes came to, equal ones in a row as one
 * @param changes what was carried out
 * @param startUpMillis how long nodes took to serve and be warm
 */
public record SizingMemory(List<Recommendation> recommendations, List<Change> changes, List<Long> startUpMillis) {
    static final int MOST_RECOMMENDATIONS = 256;
    static final int MOST_CHANGES = 128;
    static final int MOST_START_UPS = 16;

    /** Nothing yet. */
    public static final SizingMemory EMPTY = new SizingMemory(List.of(), List.of(), List.of());

    /**
     * A size that was recommended, from one moment to another.
     *
     * @param fromMillis the first time, in milliseconds of the epoch
     * @param toMillis the last time
     * @param nodes the size
     */
    public record Recommendation(long fromMillis, long toMillis, int nodes) {}

    /**
     * A change of the number of nodes.
     *
     * @param atMillis when, in milliseconds of the epoch
     * @param from how many there were
     * @param to how many there were to be
     */
    public record Change(long atMillis, int from, int to) {
        /** True if for more. */
        boolean out() {
            return to > from;
        }
    }

    /** Copies the lists, and forgets the oldest of those that are too long. */
    public SizingMemory {
        recommendations = bounded(recommendations);
        changes = newest(changes, MOST_CHANGES);
        startUpMillis = newest(startUpMillis, MOST_START_UPS);
    }

    private static <T> List<T> newest(List<T> list, int most) {
        return List.copyOf(list.subList(Math.max(0, list.size() - most), list.size()));
    }

    /** Too many become fewer by joining the oldest two to their larger, so that nothing is taken away too soon for it. */
    private static List<Recommendation> bounded(List<Recommendation> list) {
        if (list.size() <= MOST_RECOMMENDATIONS) {
            return List.copyOf(list);
        }
        int over = list.size() - MOST_RECOMMENDATIONS;
        int nodes = 0;
        for (Recommendation each : list.subList(0, over + 1)) {
            nodes = Math.max(nodes, each.nodes);
        }
        List<Recommendation> joined = new ArrayList<>();
        joined.add(new Recommendation(list.get(0).fromMillis, list.get(over).toMillis, nodes));
        joined.addAll(list.subList(over + 1, list.size()));
        return List.copyOf(joined);
    }

    /** A node took so long to serve and be warm. */
    public SizingMemory started(Duration took) {
        List<Long> all = new ArrayList<>(startUpMillis);
        all.add(Math.max(0, Math.min(took.toMillis(), ScalingLimits.LONGEST.toMillis())));
        return new SizingMemory(recommendations, changes, all);
    }

    /** A change has been ordered: at that time, from so many to so many. Changes to the same are none. */
    public SizingMemory changed(Instant at, int from, int to) {
        if (from == to) {
            return this;
        }
        List<Change> all = new ArrayList<>(changes);
        all.add(new Change(at.toEpochMilli(), from, to));
        return new SizingMemory(recommendations, all, startUpMillis);
    }

    /** How long a node takes to serve and be warm: three of four last ones took no longer; the argument if none is known. */
    public Duration startUp(Duration unknown) {
        if (startUpMillis.isEmpty()) {
            return unknown;
        }
        List<Long> sorted = startUpMillis.stream().sorted().toList();
        return Duration.ofMillis(sorted.get((sorted.size() - 1) * 3 / 4));
    }

    /** With one more recommendation, without those that are older. */
    SizingMemory recommended(Instant at, int nodes, Duration keep) {
        long now = at.toEpochMilli();
        long since = now - keep.toMillis();
        List<Recommendation> all = new ArrayList<>();
        for (Recommendation each : recommendations) {
            if (each.toMillis >= since && each.fromMillis <= now) {
                all.add(each);
            }
        }
        int last = all.size() - 1;
        if (last >= 0 && all.get(last).nodes == nodes) {
            all.set(last, new Recommendation(all.get(last).fromMillis, now, nodes));
        } else {
            all.add(new Recommendation(now, now, nodes));
        }
        List<Change> kept = changes.stream().filter(c -> c.atMillis >= since).toList();
        return new SizingMemory(all, kept, startUpMillis);
    }

    /** The largest recommendation of a while, and at least the newest. */
    int largest(Instant now, Duration window) {
        return within(now, window).max().orElse(0);
    }

    /** The smallest. */
    int smallest(Instant now, Duration window) {
        return within(now, window).min().orElse(0);
    }

    private IntStream within(Instant now, Duration window) {
        long since = now.toEpochMilli() - window.toMillis();
        int last = recommendations.size() - 1;
        return IntStream.rangeClosed(0, last)
                .filter(i -> i == last || recommendations.get(i).toMillis > since)
                .map(i -> recommendations.get(i).nodes);
    }
}
