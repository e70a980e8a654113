package io.holdfast.autoscale;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Histories for tests: a sample each five seconds, up to ten minutes of them. */
public final class Histories {
    public static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
    public static final int EVERY_SECONDS = 5;

    private Histories() {}

    /** All of so many nodes told that mean, for that many samples. */
    public static LoadHistory steady(String metric, double mean, int nodes, int samples) {
        return means(metric, t -> mean, nodes, samples);
    }

    /** Means that depend on the second. */
    public static LoadHistory means(String metric, IntToDoubleFunction mean, int nodes, int samples) {
        List<LoadSnapshot> all = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            all.add(snapshot(i, nodes, nodes, 0, metric, nodes, mean.applyAsDouble(i * EVERY_SECONDS)));
        }
        return new LoadHistory(all);
    }

    /** One more sample. */
    public static LoadHistory and(LoadHistory history, LoadSnapshot snapshot) {
        List<LoadSnapshot> all = new ArrayList<>(history.snapshots());
        all.add(snapshot);
        return new LoadHistory(all);
    }

    public static LoadSnapshot snapshot(
            int index, int wanted, int ready, int warming, String metric, int reported, double mean) {
        Metric value = reported == 0 ? Metric.NONE : new Metric(reported, mean * reported, mean);
        return new LoadSnapshot(
                START.plusSeconds((long) index * EVERY_SECONDS), wanted, ready, warming, Map.of(metric, value));
    }

    public static ScalingView view(LoadHistory history) {
        return new ScalingView(history, Duration.ofSeconds(60), 1, 1000);
    }

    /** The view of one sample. */
    public static ScalingView one(int wanted, int ready, int warming, String metric, int reported, double mean) {
        return view(new LoadHistory(List.of(snapshot(0, wanted, ready, warming, metric, reported, mean))));
    }
}
