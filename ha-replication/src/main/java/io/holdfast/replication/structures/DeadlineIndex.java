package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which map is the next to lose an entry: the maps that have deadlines, by their earliest one and then by name, so that
 * entries go in the same order on every node. A map that is cleared leaves it in one step, however many deadlines it had.
 */
final class DeadlineIndex {
    private record Place(long earliestNanos, ByteBuffer name, TimedMap map) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byTime = Long.compare(earliestNanos, other.earliestNanos);
            return byTime != 0 ? byTime : name.compareTo(other.name);
        }
    }

    private final TreeSet<Place> places = new TreeSet<>();

    /** The earliest deadline of a map was another one before it was changed. */
    void changed(TimedMap map, long beforeNanos, long nowNanos) {
        if (beforeNanos == nowNanos) {
            return;
        }
        if (beforeNanos != TimedMap.NO_DEADLINE) {
            places.remove(new Place(beforeNanos, map.name(), map));
        }
        if (nowNanos != TimedMap.NO_DEADLINE) {
            places.add(new Place(nowNanos, map.name(), map));
        }
    }

    /** The earliest deadline of all maps. */
    long earliestNanos() {
        return places.isEmpty() ? TimedMap.NO_DEADLINE : places.first().earliestNanos();
    }

    /** The map that it belongs to, or null. */
    @Nullable
    TimedMap first() {
        return places.isEmpty() ? null : places.first().map();
    }

    void clear() {
        places.clear();
    }
}
