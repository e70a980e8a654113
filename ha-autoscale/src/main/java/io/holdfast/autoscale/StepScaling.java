package io.holdfast.autoscale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Nodes by steps: so many more above a mean of a metric, so many fewer below another. Of several steps that apply the furthest counts.
 * Between them, all stays.
 *
 * <p>The steps out count from the nodes that are ready, so that those on their way are part of a step and not added to it; the steps in
 * count from those that are wanted, and only while none is on its way. A mean counts if all samples of the {@linkplain #sustained last
 * while} are beyond it. Nodes that tell nothing count as bearing nothing when more nodes are wished for; fewer are not wished for while
 * there is one. If nobody has told anything for a minute, the wish is {@link Wish.Kind#UNKNOWN}.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class StepScaling implements ScalingPolicy {
    private record Step(double bound, int nodes) {}

    private final String metric;
    private final List<Step> above;
    private final List<Step> below;
    private final Duration sustained;

    private StepScaling(String metric, List<Step> above, List<Step> below, Duration sustained) {
        this.metric = metric;
        this.above = List.copyOf(above);
        this.below = List.copyOf(below);
        this.sustained = sustained;
    }

    /** By that metric; without a step yet. */
    public static StepScaling of(String metric) {
        return new StepScaling(metric, List.of(), List.of(), Duration.ofSeconds(30));
    }

    /** So many more nodes, at least 1, above that mean. */
    public StepScaling above(double mean, int more) {
        return new StepScaling(metric, with(above, mean, more), below, sustained);
    }

    /** So many fewer nodes, at least 1, below that mean. */
    public StepScaling below(double mean, int fewer) {
        return new StepScaling(metric, above, with(below, mean, fewer), sustained);
    }

    /** How long all samples have to be beyond a bound, up to 10 minutes. Default 30 s; 0 looks at the newest alone. */
    public StepScaling sustained(Duration time) {
        if (time.isNegative() || time.compareTo(Samples.LOOK_BACK) > 0) {
            throw new IllegalArgumentException("steps of " + metric + " are sustained for between 0 and "
                    + Samples.LOOK_BACK.toMinutes() + " minutes, not " + time);
        }
        return new StepScaling(metric, above, below, time);
    }

    private static List<Step> with(List<Step> steps, double mean, int nodes) {
        if (nodes < 1 || Double.isNaN(mean)) {
            throw new IllegalArgumentException(
                    "a step is of at least 1 node beyond a mean, not of " + nodes + " beyond " + mean);
        }
        List<Step> all = new ArrayList<>(steps);
        all.add(new Step(mean, nodes));
        return all;
    }

    @Override
    public Wish wish(ScalingView view) {
        Optional<Samples> told = Samples.of(view, metric, s -> s.metric(metric).mean());
        return told.isPresent() ? wish(view.history().last(), told.get()) : Samples.unknown(toString(), view, metric);
    }

    private Wish wish(LoadSnapshot last, Samples samples) {
        int ready = samples.newest().ready();
        int reported = samples.value(metric).reported();
        double counted = ready == 0 ? 1 : Math.min(1, reported / (double) ready);
        double lowest = samples.lowest(sustained.toMillis() / 1e3);
        double highest = samples.highest(sustained.toMillis() / 1e3);
        int more = above.stream()
                .filter(s -> lowest * counted > s.bound)
                .mapToInt(Step::nodes)
                .max()
                .orElse(0);
        int fewer = below.stream()
                .filter(s -> highest < s.bound)
                .mapToInt(Step::nodes)
                .max()
                .orElse(0);
        String why = metric + " was between " + Figures.of(lowest) + " and " + Figures.of(highest) + " for "
                + sustained.toSeconds() + " s on " + reported + " of " + ready + " nodes";
        if (more > 0) {
            return Wish.nodes(toString(), Math.max(last.wanted(), last.ready() + more), why);
        }
        if (fewer > 0 && samples.fresh() && reported >= ready && last.warming() == 0) {
            return Wish.nodes(toString(), Math.max(0, last.wanted() - fewer), why);
        }
        return Wish.nodes(toString(), last.wanted(), why);
    }

    @Override
    public String toString() {
        return "steps of " + metric;
    }
}
