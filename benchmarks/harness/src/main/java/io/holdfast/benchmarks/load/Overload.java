package io.holdfast.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came of an open loop.
 *
 * @param load what was admitted
 * @param problems how many operations were not, by the simple name of the exception that said so
 */
public record Overload(LoadResult load, Map<String, Long> problems) {
    private static final String PROBLEM = "problem.";
    /** What the loop did not even send, since too many were in flight. */
    public static final String NOT_SENT = "NotSent";

    /** All of it by name, to be sent as text. */
    public Map<String, Double> toMap() {
        Map<String, Double> map = new LinkedHashMap<>(load.toMap());
        problems.forEach((name, count) -> map.put(PROBLEM + name, (double) count));
        return map;
    }

    /** What {@link #toMap} gave. */
    public static Overload fromMap(Map<String, Double> map) {
        Map<String, Long> problems = new LinkedHashMap<>();
        map.forEach((name, count) -> {
            if (name.startsWith(PROBLEM)) {
                problems.put(name.substring(PROBLEM.length()), Math.round(count));
            }
        });
        return new Overload(LoadResult.fromMap(map), problems);
    }
}
