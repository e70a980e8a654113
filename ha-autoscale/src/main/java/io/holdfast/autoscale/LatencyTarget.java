package io.holdfast.autoscale;

import java.time.Duration;
import java.util.Optional;

/**
 * A latency below its target. How latency depends on the number of nodes nobody knows beforehand: above its target it wishes for more in
 * proportion, half as many again at most; below half of it, and none being on its way, for one in ten fewer, at least one, to be tried
 * out; else for what there is. Low latency tells little of how many nodes could go: beside a policy of the load itself this one is at
 * its best.
 *
 * <p>It takes the median over the last minute of the largest that any node told, in seconds. Fewer are not wished for while a ready
 * node tells nothing. If nobody has told anything for a minute, the wish is {@link Wish.Kind#UNKNOWN}.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class LatencyTarget implements ScalingPolicy {
    private static final double TOLERANCE = 0.1;
    private static final double MOST = 1.5;
    private static final double LOW = 0.5;
    private static final double FEWER = 0.9;

    private final String metric;
    private final double target;
    private final double tolerance;

    private LatencyTarget(String metric, double target, double tolerance) {
        this.metric = metric;
        this.target = target;
        this.tolerance = tolerance;
    }

    /** Of a metric in seconds, such as a high percentile that each node tells of its own requests. */
    public static LatencyTarget of(String metric, Duration target) {
        if (target.isNegative() || target.isZero()) {
            throw new IllegalArgumentException("the target of " + metric + " is a time, not " + target);
        }
        return new LatencyTarget(metric, target.toNanos() / 1e9, TOLERANCE);
    }

    /** How much more than the target is borne, from 0. Default 0.1. */
    public LatencyTarget tolerance(double share) {
        if (!(share >= 0)) {
            throw new IllegalArgumentException("the tolerance of " + metric + " is from 0, not " + share);
        }
        return new LatencyTarget(metric, target, share);
    }

    @Override
    public Wish wish(ScalingView view) {
        Optional<Samples> told = Samples.of(view, metric, s -> s.metric(metric).max());
        if (told.isEmpty()) {
            return Samples.unknown(toString(), view, metric);
        }
        Samples samples = told.get();
        LoadSnapshot last = view.history().last();
        double latency = samples.trend().level();
        double ratio = latency / target;
        String why =
                metric + " is " + Figures.of(latency) + " s at its worst node, " + Figures.of(target) + " s is wanted";
        int wanted = last.wanted();
        if (ratio > 1 + tolerance) {
            return Wish.nodes(toString(), Math.max(wanted, Samples.nodes(last.ready() * Math.min(ratio, MOST))), why);
        }
        boolean all = samples.fresh() && samples.value(metric).reported() >= last.ready() && last.warming() == 0;
        if (ratio < LOW && all && wanted > 0) {
            return Wish.nodes(toString(), Math.min(wanted - 1, (int) Math.ceil(wanted * FEWER)), why);
        }
        return Wish.nodes(toString(), wanted, why);
    }

    @Override
    public String toString() {
        return "latency " + metric;
    }
}
