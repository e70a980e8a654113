package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.replay.Scaler;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Knative's pod autoscaler with its defaults: every 2 s, by the concurrency of the last 60 s, or of 6 s while that is at least twice
 * what ready pods are to bear, and for 60 s after; at most 1000 times as many at once, and not less than half.
 */
final class Knative implements Scaler {
    private static final String NAME = "kpa";
    private static final int STABLE_SECONDS = 60;
    private static final int PANIC_SECONDS = 6;
    private static final double PANIC = 2;

    private final double target;
    private final int min;
    private final int max;
    private final Deque<double[]> seen = new ArrayDeque<>();
    private long panicSince = -1;
    private int panicNodes;

    Knative(double target, int min, int max) {
        this.target = target;
        this.min = min;
        this.max = max;
    }

    @Override
    public int everySeconds() {
        return 2;
    }

    @Override
    public boolean warmOnly() {
        return false;
    }

    private double mean(long since) {
        return seen.stream()
                .filter(s -> s[0] > since)
                .mapToDouble(s -> s[1])
                .average()
                .orElse(-1);
    }

    @Override
    public Size decide(LoadSnapshot snapshot) {
        long now = snapshot.at().getEpochSecond();
        Metric metric = snapshot.metric(Load.IN_FLIGHT);
        if (metric.reported() > 0) {
            seen.add(new double[] {now, metric.mean() * snapshot.ready()});
        }
        seen.removeIf(s -> s[0] <= now - STABLE_SECONDS);
        double stable = mean(now - STABLE_SECONDS);
        double panic = mean(now - PANIC_SECONDS);
        int ready = Math.max(1, snapshot.ready());
        if (stable < 0 || panic < 0) {
            return new Size(snapshot.wanted(), NAME);
        }
        int up = ready * 1000;
        int down = ready / 2;
        int wantStable = Math.max(down, Math.min(up, (int) Math.ceil(stable / target)));
        int wantPanic = Math.max(down, Math.min(up, (int) Math.ceil(panic / target)));
        boolean over = Math.ceil(panic / target) / ready >= PANIC;
        if (panicSince < 0 && over) {
            panicSince = now;
            panicNodes = 0;
        } else if (panicSince >= 0 && over) {
            panicSince = now;
        } else if (panicSince >= 0 && now - panicSince > STABLE_SECONDS) {
            panicSince = -1;
        }
        int nodes = wantStable;
        if (panicSince >= 0) {
            panicNodes = Math.max(panicNodes, Math.max(wantPanic, wantStable));
            nodes = Math.max(panicNodes, ready);
        }
        return new Size(Math.max(min, Math.min(max, nodes)), NAME);
    }
}
