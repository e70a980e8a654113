package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.replay.Scaler;
import io.holdfast.autoscale.replay.Trace;

/**
 * What no scaler can know: the true demand of each second, or that of a while ahead. It asks for what the target needs, keeps it for five
 * minutes, and so shows what the time costs that nodes take to start.
 */
final class AtOnce implements Scaler {
    private static final int KEEP_SECONDS = 300;

    private final Trace trace;
    private final double perNode;
    private final int aheadSeconds;
    private final int min;
    private final int max;

    /**
     * One for that trace.
     *
     * @param perNode how many requests a second a node is to bear
     * @param aheadSeconds how far it sees ahead; 0 for the present alone
     */
    AtOnce(Trace trace, double perNode, int aheadSeconds, int min, int max) {
        this.trace = trace;
        this.perNode = perNode;
        this.aheadSeconds = aheadSeconds;
        this.min = min;
        this.max = max;
    }

    @Override
    public int everySeconds() {
        return 1;
    }

    @Override
    public Size decide(LoadSnapshot snapshot) {
        int now = (int) snapshot.at().getEpochSecond();
        double most = 0;
        for (int t = Math.max(0, now - KEEP_SECONDS); t <= Math.min(now + aheadSeconds, trace.seconds() - 1); t++) {
            most = Math.max(most, trace.rate(t));
        }
        return new Size(Math.max(min, Math.min(max, (int) Math.ceil(most / perNode))), "");
    }
}
