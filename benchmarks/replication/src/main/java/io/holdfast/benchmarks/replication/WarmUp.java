package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.process.NodeCluster;
import io.holdfast.benchmarks.process.NodeProcess;
import java.io.IOException;

/**
 * Load that is thrown away until the code is compiled: stretches of it, until one is hardly faster than the one before. On
 * few processors some systems take ten times as long for that as others, and none is to be measured half compiled.
 */
record WarmUp(double stretchSeconds, int most) {
    private static final double HARDLY = 1.1;

    void run(NodeCluster cluster, NodeProcess loader, String work) throws IOException {
        double previous = 0;
        for (int stretch = 0; stretch < most; stretch++) {
            LoadPlan plan = new LoadPlan(work, 256, 64, 0, stretchSeconds);
            double rate = cluster.run(plan, loader).load().rate();
            if (rate < previous * HARDLY) {
                return;
            }
            previous = rate;
        }
    }
}
