package io.holdfast.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What came of a load: operations that ended within the measured time, and their latencies in microseconds.
 *
 * @param count how many succeeded
 * @param errors how many did not, warm-up included
 */
public record LoadResult(long count, double seconds, long errors, double p50, double p99, double p999, double max) {

    /** Of a histogram of nanoseconds. */
    public static LoadResult of(Histogram nanos, double seconds, long errors) {
        return new LoadResult(
                nanos.getTotalCount(),
                seconds,
                errors,
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getValueAtPercentile(99.9) / 1e3,
                nanos.getMaxValue() / 1e3);
    }

    /** Operations a second. */
    public double rate() {
        return count / seconds;
    }

    /** All of it by name, to be sent as text. */
    public Map<String, Double> toMap() {
        Map<String, Double> map = new LinkedHashMap<>();
        map.put("count", (double) count);
        map.put("seconds", seconds);
        map.put("errors", (double) errors);
        map.put("p50", p50);
        map.put("p99", p99);
        map.put("p999", p999);
        map.put("max", max);
        return map;
    }

    /** What {@link #toMap} gave. */
    public static LoadResult fromMap(Map<String, Double> map) {
        return new LoadResult(
                Math.round(value(map, "count")),
                value(map, "seconds"),
                Math.round(value(map, "errors")),
                value(map, "p50"),
                value(map, "p99"),
                value(map, "p999"),
                value(map, "max"));
    }

    private static double value(Map<String, Double> map, String name) {
        Double value = map.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in " + map);
        }
        return value;
    }
}
