package io.holdfast.autoscale;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The load of all nodes at one moment, as the node that decides gathered it.
 *
 * @param at when, by its wall clock
 * @param wanted how many nodes there were to be
 * @param ready how many served and were warm: only these are in the figures
 * @param warming how many were on their way: ordered, starting, catching up, or not yet warm
 * @param metrics by name, such as {@link Load#CPU}
 */
public record LoadSnapshot(Instant at, int wanted, int ready, int warming, SortedMap<String, Metric> metrics) {

    /** Copies the metrics. */
    public LoadSnapshot {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /** The same from a map of any kind. */
    public LoadSnapshot(Instant at, int wanted, int ready, int warming, Map<String, Metric> metrics) {
        this(at, wanted, ready, warming, new TreeMap<>(metrics));
    }

    /**
     * One figure over all nodes.
     *
     * @param reported how many ready nodes told it lately; the others are missing
     * @param sum of what they told
     * @param max the largest of it
     */
    public record Metric(int reported, double sum, double max) {
        /** Nobody told it. */
        public static final Metric NONE = new Metric(0, 0, 0);

        /** The mean of those that told it; 0 if nobody did. */
        public double mean() {
            return reported == 0 ? 0 : sum / reported;
        }
    }

    /** That metric; {@link Metric#NONE} if nobody told it. */
    public Metric metric(String name) {
        return metrics.getOrDefault(name, Metric.NONE);
    }
}
