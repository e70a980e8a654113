package io.holdfast.autoscale;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A policy by two windows, as Knative's stable and panic: usually by the mean of the long one, which is steady; and by the mean of the
 * short one for as long as that wishes for many times the nodes that are ready. Meanwhile, and for the length of the long window after
 * it, the largest of both wishes of that time counts, and no node is taken away.
 *
 * <p>The policy sees one snapshot with the means of a window: it sees no trend, so {@link TargetTracking} foresees nothing in it. Where
 * the policy cannot tell of the short window, the long one decides alone.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class Burst implements ScalingPolicy {
    private final ScalingPolicy policy;
    private final Duration stable;
    private final Duration burst;
    private final double threshold;

    private Burst(ScalingPolicy policy, Duration stable, Duration burst, double threshold) {
        this.policy = policy;
        this.stable = stable;
        this.burst = burst;
        this.threshold = threshold;
    }

    /** Of that policy, with windows of 60 s and 10 s, and a burst at twice the ready nodes. */
    public static Burst of(ScalingPolicy policy) {
        return new Burst(policy, Duration.ofSeconds(60), Duration.ofSeconds(10), 2);
    }

    /** How long both windows are: from the time between two samples, the first longer than the second, up to 5 minutes. */
    public Burst windows(Duration stable, Duration burst) {
        if (burst.isNegative()
                || burst.isZero()
                || stable.compareTo(burst) <= 0
                || stable.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException(
                    "the window of a burst is shorter than the stable one, and that up to 5 minutes, not " + burst
                            + " and " + stable);
        }
        return new Burst(policy, stable, burst, threshold);
    }

    /** How many times the ready nodes the short window has to wish for; above 1. */
    public Burst threshold(double times) {
        if (!(times > 1)) {
            throw new IllegalArgumentException(
                    "a burst is at more than once the ready nodes, not at " + times + " times");
        }
        return new Burst(policy, stable, burst, times);
    }

    @Override
    public Wish wish(ScalingView view) {
        LoadHistory history = view.history();
        Wish steady = policy.wish(mean(view, history.within(stable)));
        Wish largest = steady;
        boolean bursting = false;
        for (LoadSnapshot at : history.within(stable)) {
            Wish sudden = policy.wish(mean(view, until(history, at)));
            bursting |= sudden.kind() == Wish.Kind.NODES && sudden.nodes() >= threshold * Math.max(1, at.ready());
            if (sudden.nodes() > largest.nodes()) {
                largest = sudden;
            }
        }
        if (!bursting) {
            return renamed(steady, steady.nodes(), steady.reason());
        }
        int nodes = Math.max(largest.nodes(), history.last().wanted());
        return Wish.nodes(toString(), nodes, "a burst within " + stable.toSeconds() + " s: " + largest.reason());
    }

    private Wish renamed(Wish wish, int nodes, String reason) {
        return new Wish(toString(), wish.kind(), nodes, reason);
    }

    /** The short window as it was at that snapshot. */
    private List<LoadSnapshot> until(LoadHistory history, LoadSnapshot at) {
        List<LoadSnapshot> all = history.snapshots();
        return new LoadHistory(all.subList(0, all.indexOf(at) + 1)).within(burst);
    }

    private static ScalingView mean(ScalingView view, List<LoadSnapshot> window) {
        LoadSnapshot last = window.get(window.size() - 1);
        LoadSnapshot now = view.history().last();
        SortedMap<String, Metric> metrics = new TreeMap<>();
        for (LoadSnapshot snapshot : window) {
            for (String name : snapshot.metrics().keySet()) {
                metrics.computeIfAbsent(name, n -> mean(n, window));
            }
        }
        LoadSnapshot mean = new LoadSnapshot(last.at(), now.wanted(), last.ready(), last.warming(), metrics);
        return new ScalingView(new LoadHistory(List.of(mean)), view.startUp(), view.min(), view.max());
    }

    /** The mean of sums as they were, told by as many as tell it last. */
    private static Metric mean(String name, List<LoadSnapshot> window) {
        List<Metric> told = new ArrayList<>();
        for (LoadSnapshot snapshot : window) {
            Metric metric = snapshot.metric(name);
            if (metric.reported() > 0) {
                told.add(metric);
            }
        }
        if (told.isEmpty()) {
            return Metric.NONE;
        }
        double sum = told.stream().mapToDouble(Metric::sum).average().orElseThrow();
        double max = told.stream().mapToDouble(Metric::max).average().orElseThrow();
        return new Metric(told.get(told.size() - 1).reported(), sum, max);
    }

    @Override
    public String toString() {
        return "burst or " + policy;
    }
}
