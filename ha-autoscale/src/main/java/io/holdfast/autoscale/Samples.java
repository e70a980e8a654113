package io.holdfast.autoscale;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What was told of one metric lately.
 *
 * @param newest the newest snapshot that has it
 * @param fresh true if that is the newest of all
 * @param points what the figure asked for was, oldest first, in seconds before now
 */
record Samples(LoadSnapshot newest, boolean fresh, List<Trend.Point> points) {
    /** So far back samples tell what is usual. */
    static final Duration LOOK_BACK = Duration.ofMinutes(10);
    /** Older ones tell nothing of now. */
    static final Duration STALE = Duration.ofMinutes(1);

    private static final int MOST_NODES = 1_000_000;
    /** What sums and quotients of figures may be off, so that a node more is not for that. */
    private static final double ROUNDING = 1e-9;

    /** A figure of each snapshot in which anybody told that metric; empty if the newest of those is stale. */
    static Optional<Samples> of(ScalingView view, String metric, ToDoubleFunction<LoadSnapshot> figure) {
        LoadSnapshot last = view.history().last();
        List<Trend.Point> points = new ArrayList<>();
        LoadSnapshot newest = null;
        for (LoadSnapshot snapshot : view.history().within(LOOK_BACK)) {
            if (snapshot.metric(metric).reported() > 0) {
                newest = snapshot;
                double second = Duration.between(last.at(), snapshot.at()).toMillis() / 1e3;
                points.add(new Trend.Point(second, figure.applyAsDouble(snapshot)));
            }
        }
        if (newest == null || newest.at().isBefore(last.at().minus(STALE))) {
            return Optional.empty();
        }
        return Optional.of(new Samples(newest, newest.at().equals(last.at()), points));
    }

    /**
     * A figure that is a sum over the ready nodes, without the steps that are there only because nodes became ready: they bore a share
     * before, that was not in the sum.
     */
    static Optional<Samples> ofSum(ScalingView view, String metric, ToDoubleFunction<LoadSnapshot> figure) {
        Optional<Samples> as = of(view, metric, figure);
        if (as.isEmpty()) {
            return as;
        }
        List<Integer> ready = view.history().within(LOOK_BACK).stream()
                .filter(s -> s.metric(metric).reported() > 0)
                .map(LoadSnapshot::ready)
                .toList();
        List<Trend.Point> points = new ArrayList<>(as.get().points);
        double shift = 0;
        for (int i = points.size() - 2; i >= 0; i--) {
            Trend.Point point = points.get(i);
            if (ready.get(i + 1) > ready.get(i)) {
                shift = points.get(i + 1).value() - point.value();
            }
            points.set(i, new Trend.Point(point.second(), point.value() + shift));
        }
        return Optional.of(new Samples(as.get().newest, as.get().fresh, points));
    }

    /** The wish of a policy that has none. */
    static Wish unknown(String policy, ScalingView view, String metric) {
        return Wish.unknown(
                policy,
                "none of " + view.history().last().ready() + " ready nodes has told " + metric + " for "
                        + STALE.toSeconds() + " s");
    }

    Metric value(String metric) {
        return newest.metric(metric);
    }

    Trend trend() {
        return Trend.of(points);
    }

    /** The mean of so many last seconds. */
    double recent(double seconds) {
        return within(seconds).average().orElseThrow();
    }

    /** The least of so many last seconds, and at least of the newest sample. */
    double lowest(double seconds) {
        return within(seconds).min().orElseThrow();
    }

    /** The largest. */
    double highest(double seconds) {
        return within(seconds).max().orElseThrow();
    }

    private DoubleStream within(double seconds) {
        double newest = points.get(points.size() - 1).second();
        return points.stream()
                .filter(p -> p.second() > newest - seconds || p.second() == newest)
                .mapToDouble(Trend.Point::value);
    }

    /** How many seconds pass until a node that is ordered now is warm, counted from the newest sample. */
    double ahead(ScalingView view) {
        double age = -points.get(points.size() - 1).second();
        return age + view.startUp().plus(view.history().spacing()).toMillis() / 1e3;
    }

    /** So many whole nodes. */
    static int nodes(double demand) {
        return (int) Math.max(0, Math.min(MOST_NODES, Math.ceil(demand - ROUNDING)));
    }
}
