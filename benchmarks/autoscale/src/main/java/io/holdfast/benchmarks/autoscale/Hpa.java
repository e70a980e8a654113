package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.replay.Scaler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The horizontal pod autoscaler of Kubernetes with its defaults: every 15 s, a tolerance of 0.1, up at once by the larger of 100 % and 4
 * pods in 15 s, down by the largest recommendation of 300 s and 100 % in 15 s. Its rules for pods that are missing or not ready are those of {@code replica_calculator.go}.
 */
final class Hpa implements Scaler {
    private static final double TOLERANCE = 0.1;
    private static final int DOWN_SECONDS = 300;
    private static final int PERIOD_SECONDS = 15;

    private final List<Goal> goals;
    private final int min;
    private final int max;
    private final Deque<long[]> recommendations = new ArrayDeque<>();
    private final Deque<long[]> added = new ArrayDeque<>();

    /** A metric of pods and its target. */
    record Goal(String metric, double target) {}

    Hpa(List<Goal> goals, int min, int max) {
        this.goals = goals;
        this.min = min;
        this.max = max;
    }

    @Override
    public int everySeconds() {
        return PERIOD_SECONDS;
    }

    @Override
    public boolean warmOnly() {
        return false;
    }

    @Override
    public Size decide(LoadSnapshot snapshot) {
        int current = snapshot.wanted();
        long now = snapshot.at().getEpochSecond();
        int desired = 0;
        boolean known = false;
        boolean failed = false;
        for (Goal goal : goals) {
            if (snapshot.metric(goal.metric).reported() == 0) {
                failed = true;
            } else {
                known = true;
                desired = Math.max(desired, replicas(goal, snapshot));
            }
        }
        boolean held = !known || (failed && desired < current);
        return new Size(held ? current : behaved(desired, current, now), "hpa");
    }

    /** calcPlainMetricReplicas, and GetResourceReplicas, which is the same for what matters here. */
    private static int replicas(Goal goal, LoadSnapshot snapshot) {
        Metric metric = snapshot.metric(goal.metric);
        int current = snapshot.wanted();
        int unready = snapshot.warming();
        int missing = snapshot.ready() - metric.reported();
        double ratio = metric.mean() / goal.target;
        boolean unreadyCounts = unready > 0 && ratio > 1;
        if (!unreadyCounts && missing == 0) {
            return Math.abs(1 - ratio) <= TOLERANCE ? current : up(ratio * metric.reported());
        }
        int counted = metric.reported();
        double sum = metric.sum();
        if (missing > 0) {
            counted += missing;
            sum += ratio < 1 ? missing * goal.target : 0;
        }
        if (unreadyCounts) {
            counted += unready;
        }
        double again = sum / counted / goal.target;
        if (Math.abs(1 - again) <= TOLERANCE || (ratio < 1 && again > 1) || (ratio > 1 && again < 1)) {
            return current;
        }
        int replicas = up(again * counted);
        if ((again < 1 && replicas > current) || (again > 1 && replicas < current)) {
            return current;
        }
        return replicas;
    }

    private static int up(double value) {
        return (int) Math.ceil(value - 1e-9);
    }

    private int behaved(int desired, int current, long now) {
        if (recommendations.isEmpty()) {
            recommendations.add(new long[] {now, current});
        }
        recommendations.add(new long[] {now, desired});
        recommendations.removeIf(r -> r[0] <= now - DOWN_SECONDS);
        added.removeIf(a -> a[0] <= now - PERIOD_SECONDS);
        int stable = desired;
        for (long[] each : recommendations) {
            stable = Math.max(stable, (int) Math.min(each[1], current));
        }
        if (stable > current) {
            int base = current - (int) added.stream().mapToLong(a -> a[1]).sum();
            stable = Math.min(stable, Math.max(base + 4, base * 2));
        }
        int nodes = Math.max(min, Math.min(max, stable));
        if (nodes > current) {
            added.add(new long[] {now, nodes - current});
        }
        return nodes;
    }
}
