package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.replay.Scaler;

/**
 * AWS's target tracking of the mean CPU as it is documented: an alarm after three minutes above the target scales out in proportion,
 * one after fifteen minutes below 90 % of it scales in; instances warm up for 300 s, in which they count as there but not in the
 * metric, and nothing is scaled in.
 */
final class AwsTargetTracking implements Scaler {
    private static final String NAME = "aws";
    private static final int BREACHES_OUT = 3;
    private static final int BREACHES_IN = 15;
    private static final int WARM_UP_SECONDS = 300;

    private final double target;
    private final int min;
    private final int max;
    private int above;
    private int below;
    private long lastOut = Long.MIN_VALUE / 2;
    private long lastIn = Long.MIN_VALUE / 2;

    AwsTargetTracking(double target, int min, int max) {
        this.target = target;
        this.min = min;
        this.max = max;
    }

    @Override
    public int everySeconds() {
        return 60;
    }

    @Override
    public boolean warmOnly() {
        return false;
    }

    @Override
    public Size decide(LoadSnapshot snapshot) {
        Metric metric = snapshot.metric(Load.CPU);
        int current = snapshot.wanted();
        if (metric.reported() == 0) {
            return new Size(current, NAME);
        }
        long now = snapshot.at().getEpochSecond();
        double mean = metric.mean();
        above = mean > target ? above + 1 : 0;
        below = mean < 0.9 * target ? below + 1 : 0;
        int warm = snapshot.ready();
        int nodes = current;
        if (above >= BREACHES_OUT) {
            nodes = Math.max(current, (int) Math.ceil(warm * mean / target));
        } else if (below >= BREACHES_IN && now - lastOut >= WARM_UP_SECONDS && now - lastIn >= WARM_UP_SECONDS) {
            nodes = Math.min(current, (int) Math.ceil(current * mean / target));
        }
        nodes = Math.max(min, Math.min(max, nodes));
        if (nodes > current) {
            lastOut = now;
        } else if (nodes < current) {
            lastIn = now;
        }
        return new Size(nodes, NAME);
    }
}
