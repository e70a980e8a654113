package io.holdfast.autoscale;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * As many nodes as keep a metric at its target: the demand, which is the metric's sum over the ready nodes, divided by what one node is
 * to bear. That is the formula of Kubernetes' HPA, {@code nodes * (mean / target)} rounded up, with these additions:
 *
 * <ul>
 *   <li>The demand is read off a line through the samples of the last while, so that a single wild one does nothing.
 *   <li>It is read off that line not for now but for when a node that is ordered now is warm, if the demand rises: {@linkplain
 *       #anticipation how far}. Only a slope that noise does not explain counts, so noise does not scale.
 *   <li>A metric that {@linkplain #saturates cannot rise further} tells less than the demand; then half as much again is asked for.
 * </ul>
 *
 * <p>Nodes on their way bear nothing yet and count as wanted. A ready node that tells nothing counts as bearing nothing when more nodes
 * are asked for, and as bearing its target when fewer are. If nobody tells anything, the wish is {@link Wish.Kind#UNKNOWN}.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class TargetTracking implements ScalingPolicy {
    private static final double OUT = Double.parseDouble(System.getProperty("out", "0.1"));
    private static final double IN = Double.parseDouble(System.getProperty("in", "0.1"));
    static double ROOM = Double.parseDouble(System.getProperty("room", "1.25"));
    static int MIX = Integer.getInteger("mix", 1);
    private static final Duration LOOK = Duration.ofSeconds(600);

    private final String metric;
    private final double target;
    private final boolean total;
    private final double outTolerance;
    private final double inTolerance;
    private final double ceiling;
    private final double anticipation;
    private final Duration window;

    private TargetTracking(
            String metric,
            double target,
            boolean total,
            double outTolerance,
            double inTolerance,
            double ceiling,
            double anticipation,
            Duration window) {
        if (!(target > 0) || Double.isInfinite(target)) {
            throw new IllegalArgumentException("the target of " + metric + " is a positive number, not " + target);
        }
        if (!(outTolerance >= 0 && inTolerance >= 0 && inTolerance < 1)) {
            throw new IllegalArgumentException(
                    "tolerances are from 0, that of scaling in below 1, not " + outTolerance + " and " + inTolerance);
        }
        if (!(ceiling > target)) {
            throw new IllegalArgumentException(
                    metric + " saturates above its target " + target + ", not at " + ceiling);
        }
        if (!(anticipation >= 0 && anticipation <= 10)) {
            throw new IllegalArgumentException(
                    "anticipation is between 0 and 10 times the demand, not " + anticipation);
        }
        if (window.isNegative() || window.compareTo(ScalingLimits.LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the window is up to " + ScalingLimits.LONGEST.toHours() + " hours, not " + window);
        }
        this.metric = metric;
        this.target = target;
        this.total = total;
        this.outTolerance = outTolerance;
        this.inTolerance = inTolerance;
        this.ceiling = ceiling;
        this.anticipation = anticipation;
        this.window = window;
    }

    /** That share of the processors, above 0 and below 0.9, where they count as saturated. */
    public static TargetTracking cpu(double target) {
        return of(Load.CPU, target).saturates(0.9);
    }

    /** That mean of a metric over the ready nodes. */
    public static TargetTracking of(String metric, double target) {
        return new TargetTracking(metric, target, false, OUT, IN, Double.POSITIVE_INFINITY, 1, Duration.ofSeconds(60));
    }

    /**
     * So much of a metric's sum for each node, whoever tells it: requests a second that only the balancer knows, or all nodes their
     * share. Nodes that tell nothing are not missing.
     */
    public static TargetTracking total(String metric, double perNode) {
        return new TargetTracking(metric, perNode, true, OUT, IN, Double.POSITIVE_INFINITY, 1, Duration.ofSeconds(60));
    }

    /**
     * Within what share of the wanted nodes nothing is done. Default 0.1 and 0.1.
     *
     * @param out how much more is borne; from 0
     * @param in how much less is; from 0, below 1
     */
    public TargetTracking tolerance(double out, double in) {
        return new TargetTracking(metric, target, total, out, in, ceiling, anticipation, window);
    }

    /** From which mean on the metric tells less than the demand. Default 0.9 for {@link #cpu}, none for others. */
    public TargetTracking saturates(double mean) {
        return new TargetTracking(metric, target, total, outTolerance, inTolerance, mean, anticipation, window);
    }

    /**
     * How much a rise may be anticipated at most, as a share of the demand: 1, the default, up to twice the demand; 0 not at all.
     */
    public TargetTracking anticipation(double most) {
        return new TargetTracking(metric, target, total, outTolerance, inTolerance, ceiling, most, window);
    }

    /** How long back samples count. Default 1 minute; 0 takes the newest alone. */
    public TargetTracking window(Duration back) {
        return new TargetTracking(metric, target, total, outTolerance, inTolerance, ceiling, anticipation, back);
    }

    @Override
    public Wish wish(ScalingView view) {
        LoadSnapshot last = view.history().last();
        List<Trend.Point> bearing = new ArrayList<>();
        LoadSnapshot told = null;
        for (LoadSnapshot snapshot : view.history().within(LOOK)) {
            Metric value = snapshot.metric(metric);
            if (value.reported() > 0) {
                bearing.add(new Trend.Point(
                        seconds(snapshot, last), (total ? value.sum() : value.mean() * snapshot.ready()) / target));
                told = snapshot;
            }
        }
        if (told == null) {
            return Wish.unknown(
                    toString(),
                    "none of " + last.ready() + " ready nodes has told " + metric + " for " + window.toSeconds()
                            + " s");
        }
        Trend trend = Trend.of(bearing);
        double now = MIX == 3
                ? Math.max(trend.level(), recent(bearing) / ROOM)
                : MIX == 0 ? trend.level() : MIX == 1 ? Math.max(trend.level(), recent(bearing)) : recent(bearing);
        double ahead =
                view.startUp().toMillis() / 1e3 + view.history().spacing().toMillis() / 1e3;
        double rise = Math.max(0, Math.min(trend.perSecond() * ahead, anticipation * now));
        double out = Math.max(now, (now + rise) / ROOM);
        String why = figures(told, now);
        if (told.metric(metric).mean() >= ceiling) {
            out = Math.max(out, now * (1 + BEYOND_CEILING));
            why += ", which is as much as it can";
        } else if (rise > 0) {
            why += ", " + Figures.of(out) + " in " + Math.round(ahead) + " s if it rises on";
        }
        int wanted = last.wanted();
        if (!total) {
            out *= Math.min(1.0, told.metric(metric).reported() / (double) told.ready());
        }
        if (out > wanted * (1 + outTolerance)) {
            return Wish.nodes(toString(), up(out), why);
        }
        int missing = total ? 0 : Math.max(0, told.ready() - told.metric(metric).reported());
        double in = now;
        if (missing > 0) {
            in = now * (told.ready() - missing) / told.ready() + missing;
        }
        if (missing > 0) {
            why += "; " + missing + " told nothing and count as at their target";
        }
        if (told == last && in < wanted * (1 - inTolerance)) {
            return Wish.nodes(toString(), up(Math.max(in, out)), why);
        }
        return Wish.nodes(toString(), wanted, why + ": within tolerance");
    }

    private static final double BEYOND_CEILING = 0.5;

    private static double seconds(LoadSnapshot snapshot, LoadSnapshot last) {
        return Duration.between(last.at(), snapshot.at()).toMillis() / 1e3;
    }

    /** The mean of the last quarter of a minute. */
    private static double recent(List<Trend.Point> points) {
        double newest = points.get(points.size() - 1).second();
        return points.stream()
                .filter(p -> p.second() > newest - 15)
                .mapToDouble(Trend.Point::value)
                .average()
                .orElseThrow();
    }

    private static int up(double nodes) {
        return (int) Math.min(Integer.MAX_VALUE / 2, Math.ceil(nodes - 1e-9));
    }

    private String figures(LoadSnapshot told, double demand) {
        Metric value = told.metric(metric);
        return metric + " is " + Figures.of(total ? value.sum() : value.mean()) + " on " + value.reported() + " nodes, "
                + Figures.of(target) + (total ? " a node" : "") + " is wanted: work for " + Figures.of(demand)
                + " nodes";
    }

    @Override
    public String toString() {
        return metric + (total ? " per node " : " ") + Figures.of(target);
    }
}
