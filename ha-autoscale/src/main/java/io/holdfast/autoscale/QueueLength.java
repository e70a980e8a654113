package io.holdfast.autoscale;

import java.util.Optional;

/**
 * As many nodes as a queue needs: its length, whoever tells it, divided by what may wait for one node. A queue that grows more than is
 * usual for it counts as long as it will be when a node that is ordered now is warm, three times as long at most.
 *
 * <p>If nobody has told the length for a minute, the wish is {@link Wish.Kind#UNKNOWN}. Immutable.
 */
public final class QueueLength implements ScalingPolicy {
    private static final double MOST_FORESEEN = 2;

    private final String metric;
    private final double perNode;

    private QueueLength(String metric, double perNode) {
        this.metric = metric;
        this.perNode = perNode;
    }

    /**
     * Of a metric whose sum is the length of the queue.
     *
     * @param perNode how many may wait for one node; positive
     */
    public static QueueLength of(String metric, double perNode) {
        if (!(perNode > 0) || Double.isInfinite(perNode)) {
            throw new IllegalArgumentException(
                    "how many of " + metric + " may wait for a node is a positive number, not " + perNode);
        }
        return new QueueLength(metric, perNode);
    }

    @Override
    public Wish wish(ScalingView view) {
        Optional<Samples> told = Samples.of(view, metric, s -> s.metric(metric).sum() / perNode);
        if (told.isEmpty()) {
            return Samples.unknown(toString(), view, metric);
        }
        Samples samples = told.get();
        Trend trend = samples.trend();
        double now = Math.max(0, trend.level());
        double ahead = samples.ahead(view);
        double foreseen = now + Math.min(trend.perSecond() * ahead, MOST_FORESEEN * now);
        String why = Figures.of(samples.value(metric).sum()) + " wait, " + Figures.of(perNode) + " may for each node";
        if (foreseen > now) {
            why += ", and " + Figures.of(foreseen * perNode) + " will in " + Math.round(ahead)
                    + " s if they become more as fast";
        }
        int nodes = Samples.nodes(foreseen);
        int wanted = view.history().last().wanted();
        return Wish.nodes(toString(), samples.fresh() ? nodes : Math.max(nodes, wanted), why);
    }

    @Override
    public String toString() {
        return "queue " + metric;
    }
}
