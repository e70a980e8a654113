package io.holdfast.verification.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all who watch one map were told, by index: the first who is told of an index says what happened there, and all
 * others, wherever they watch, must be told the same; and of no index less.
 */
final class ToldChanges {
    private record Span(String who, long after, long upTo, Set<Long> told) {}

    private final String map;
    private final Decisions decisions;
    private final TreeMap<Long, List<String>> changes = new TreeMap<>();
    private final List<Span> spans = new ArrayList<>();

    ToldChanges(String map, Decisions decisions) {
        this.map = map;
        this.decisions = decisions;
    }

    /** Somebody was told all that happened at an index. */
    void told(String who, long index, List<String> events) {
        List<String> before = changes.putIfAbsent(index, List.copyOf(events));
        if (before != null && !before.equals(events)) {
            violate(who + " was told of " + events + " at index " + index + ", and others of " + before);
        }
    }

    /** Somebody watched without a break, and says of which indexes it was told meanwhile. */
    void watched(String who, long after, long upTo, Collection<Long> told) {
        spans.add(new Span(who, after, upTo, new TreeSet<>(told)));
    }

    /** At the end: nobody has missed anything. */
    void check() {
        for (Span span : spans) {
            Set<Long> all = changes.subMap(span.after(), false, Math.max(span.after(), span.upTo()), true)
                    .keySet();
            if (!all.equals(span.told())) {
                Set<Long> missed = new TreeSet<>(all);
                missed.removeAll(span.told());
                Set<Long> surplus = new TreeSet<>(span.told());
                surplus.removeAll(all);
                violate(span.who() + " watched from index " + span.after() + " to " + span.upTo() + ", missed " + missed
                        + " and was told of " + surplus + " outside");
            }
        }
    }

    String map() {
        return map;
    }

    long newestIndex() {
        return changes.isEmpty() ? 0 : changes.lastKey();
    }

    int size() {
        return changes.size();
    }

    void violate(String what) {
        decisions.violate("changes of " + map + ": " + what);
    }
}
