package io.holdfast.replication.node;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who has been there without a break, since when, as somebody sees who looks now and then. Whoever comes and goes is there at many
 * a look, and is steady at none; with another disk it is another one. Not thread-safe.
 */
final class Steadiness {
    private final Map<String, Long> since = new TreeMap<>();

    /** These are there at this moment, by name, and nobody else. */
    void there(Set<String> present, long nowNanos) {
        since.keySet().retainAll(present);
        present.forEach(each -> since.putIfAbsent(each, nowNanos));
    }

    /** What was seen before does not count any more: nobody has looked for a while. */
    void clear() {
        since.clear();
    }

    /** For how long each of them has been there, in nanoseconds, by name. */
    Map<String, Long> steadyNanos(long nowNanos) {
        Map<String, Long> steady = new TreeMap<>();
        since.forEach((each, began) -> steady.put(each, nowNanos - began));
        return steady;
    }
}
