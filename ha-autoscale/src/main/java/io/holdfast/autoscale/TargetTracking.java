package io.holdfast.autoscale;

import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * As many nodes as keep a metric at its target: the demand, which is the metric's sum over the ready nodes, divided by what one node is
 * to bear. That is the formula of Kubernetes' HPA, {@code nodes * (mean / target)} rounded up, with a tolerance for each metric and
 * direction, and with these additions:
 *
 * <ul>
 *   <li>The demand is the median of the last minute, or the mean of its last quarter if that is more: a rise counts soon, and a fall
 *       when it has lasted.
 *   <li>If the demand rises more than is usual for it, it is foreseen for when a node that is ordered now is warm, {@linkplain
 *       #anticipation within bounds}, since nodes that are ordered when they are needed come too late. A foreseen demand may be borne
 *       at more than the target: three quarters of the way to the most that a node can bear, in proportion. It is never foreseen to
 *       fall.
 *   <li>A metric that {@linkplain #saturates cannot rise further} tells less than the demand; then twice the demand it tells is
 *       assumed, and three times after half a minute.
 * </ul>
 *
 * <p>Nodes on their way bear nothing yet and count as wanted. A ready node that tells nothing counts as bearing nothing when more nodes
 * are wished for, and as bearing its target when fewer are. If nobody has told anything for a minute, the wish is {@link
 * Wish.Kind#UNKNOWN}.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class TargetTracking implements ScalingPolicy {
    private static final double OUT_TOLERANCE = 0.1;
    private static final double IN_TOLERANCE = 0.06;
    private static final double MOST_ANTICIPATED = 2;
    private static final double CPU_CEILING = 0.9;
    /** How much more than its target a node can bear, as far as is not known better. */
    private static final double USUAL_RESERVE = 1.5;
    /** A demand that is foreseen may use this much of the reserve, in proportion. */
    private static final double FORESEEN_MAY_USE = 3 / 4.0;

    private static final double RECENT_SECONDS = 15;
    /** The mean of so few samples has to be a little more than the median of many to count for more nodes. */
    private static final double RECENT_IS_LESS_SURE = 1.01;

    private static final double LEAST_BEYOND_CEILING = 2;
    private static final double MOST_BEYOND_CEILING = 3;
    private static final double SECONDS_TO_MOST_BEYOND = 30;

    private final String metric;
    private final double target;
    private final boolean total;
    private final double outTolerance;
    private final double inTolerance;
    private final double ceiling;
    private final double anticipation;

    private TargetTracking(
            String metric,
            double target,
            boolean total,
            double outTolerance,
            double inTolerance,
            double ceiling,
            double anticipation) {
        if (!(target > 0) || Double.isInfinite(target)) {
            throw new IllegalArgumentException("the target of " + metric + " is a positive number, not " + target);
        }
        if (!(outTolerance >= 0 && inTolerance >= 0 && inTolerance < 1)) {
            throw new IllegalArgumentException("the tolerances of " + metric
                    + " are from 0, that of scaling in below 1, not " + outTolerance + " and " + inTolerance);
        }
        if (!(ceiling > target)) {
            throw new IllegalArgumentException(
                    metric + " saturates above its target " + target + ", not at " + ceiling);
        }
        if (!(anticipation >= 0 && anticipation <= 10)) {
            throw new IllegalArgumentException(
                    "the anticipation of " + metric + " is between 0 and 10 times the demand, not " + anticipation);
        }
        this.metric = metric;
        this.target = target;
        this.total = total;
        this.outTolerance = outTolerance;
        this.inTolerance = inTolerance;
        this.ceiling = ceiling;
        this.anticipation = anticipation;
    }

    /** That share of the processors as the mean over the ready nodes, above 0 and below 0.9, where they count as saturated. */
    public static TargetTracking cpu(double target) {
        return of(Load.CPU, target).saturates(CPU_CEILING);
    }

    /** That mean of a metric over the ready nodes; positive. */
    public static TargetTracking of(String metric, double target) {
        return new TargetTracking(
                metric, target, false, OUT_TOLERANCE, IN_TOLERANCE, Double.POSITIVE_INFINITY, MOST_ANTICIPATED);
    }

    /**
     * So much of a metric's sum for each node, whoever tells it: requests a second that only a balancer knows, or of which each node
     * tells its share. Nodes that tell nothing are not missing. Positive.
     */
    public static TargetTracking total(String metric, double perNode) {
        return new TargetTracking(
                metric, perNode, true, OUT_TOLERANCE, IN_TOLERANCE, Double.POSITIVE_INFINITY, MOST_ANTICIPATED);
    }

    /**
     * Within what share of the wanted nodes nothing is done. Default 0.1, as HPA, and 0.06.
     *
     * @param out how much more is borne; from 0
     * @param in how much less is; from 0, below 1
     */
    public TargetTracking tolerance(double out, double in) {
        return new TargetTracking(metric, target, total, out, in, ceiling, anticipation);
    }

    /** From which mean on the metric tells less than the demand; above the target. Default 0.9 for {@link #cpu}, none for others. */
    public TargetTracking saturates(double mean) {
        return new TargetTracking(metric, target, total, outTolerance, inTolerance, mean, anticipation);
    }

    /** How much a demand may be foreseen to rise, in times of itself, 0 to 10. Default 2; 0 foresees nothing. */
    public TargetTracking anticipation(double most) {
        return new TargetTracking(metric, target, total, outTolerance, inTolerance, ceiling, most);
    }

    @Override
    public Wish wish(ScalingView view) {
        Optional<Samples> told =
                total ? Samples.of(view, metric, this::demand) : Samples.ofSum(view, metric, this::demand);
        return told.isPresent() ? wish(view, told.get()) : Samples.unknown(toString(), view, metric);
    }

    /** In nodes, if those that tell nothing bear as much as the others. */
    private double demand(LoadSnapshot snapshot) {
        Metric value = snapshot.metric(metric);
        return (total ? value.sum() : value.mean() * snapshot.ready()) / target;
    }

    private Wish wish(ScalingView view, Samples samples) {
        Trend trend = samples.trend();
        double reserve = Math.min(USUAL_RESERVE, ceiling / target);
        double recent = samples.recent(RECENT_SECONDS);
        double now = Math.max(trend.level(), recent / RECENT_IS_LESS_SURE);
        double ahead = samples.ahead(view);
        double foreseen = now + Math.min(trend.perSecond() * ahead, anticipation * now);
        double demand = Math.max(now, foreseen / StrictMath.pow(reserve, FORESEEN_MAY_USE));
        String why = figures(samples, now);
        if (foreseen > now) {
            why += ", and " + Figures.of(foreseen) + " in " + Math.round(ahead) + " s if it rises on";
        }
        double full = saturatedSeconds(view);
        if (full > 0) {
            double lasts = Math.min(1, full / SECONDS_TO_MOST_BEYOND);
            double times = LEAST_BEYOND_CEILING + lasts * (MOST_BEYOND_CEILING - LEAST_BEYOND_CEILING);
            demand = Math.max(demand, now * times);
            why += " or more, since " + metric + " cannot tell more: " + Figures.of(times)
                    + " times as much is assumed";
        }
        return within(view.history().last(), samples, demand, Math.max(demand, recent), why);
    }

    /** For how long all that was told was at the ceiling; 0 if that is one sample. */
    private double saturatedSeconds(ScalingView view) {
        List<LoadSnapshot> told = view.history().within(Samples.LOOK_BACK).stream()
                .filter(s -> s.metric(metric).reported() > 0)
                .toList();
        int first = told.size();
        while (first > 0 && told.get(first - 1).metric(metric).mean() >= ceiling) {
            first--;
        }
        return first == told.size()
                ? 0
                : Duration.between(
                                        told.get(first).at(),
                                        told.get(told.size() - 1).at())
                                .toMillis()
                        / 1e3;
    }

    private Wish within(LoadSnapshot last, Samples samples, double out, double in, String why) {
        int ready = samples.newest().ready();
        int missing = total ? 0 : Math.max(0, ready - samples.value(metric).reported());
        double share = missing == 0 ? 1 : (ready - missing) / (double) ready;
        String saying = missing == 0 ? why : why + "; " + missing + " of " + ready + " nodes tell nothing";
        int wanted = last.wanted();
        if (out * share > wanted * (1 + outTolerance)) {
            return Wish.nodes(toString(), Samples.nodes(out * share), saying);
        }
        if (samples.fresh() && in * share + missing < wanted * (1 - inTolerance)) {
            return Wish.nodes(toString(), Samples.nodes(in * share + missing), saying);
        }
        return Wish.nodes(toString(), wanted, saying);
    }

    private String figures(Samples samples, double demand) {
        Metric value = samples.value(metric);
        return metric + " is " + Figures.of(total ? value.sum() : value.mean())
                + (total ? ", " : " on " + value.reported() + " nodes, ") + Figures.of(target)
                + (total ? " a node" : "") + " is wanted: work for " + Figures.of(demand) + " nodes";
    }

    @Override
    public String toString() {
        return "target of " + metric;
    }
}
