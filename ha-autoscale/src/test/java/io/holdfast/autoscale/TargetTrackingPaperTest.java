package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The worked examples and rules of the algorithm in Kubernetes' documentation of the HPA, "Algorithm details". */
class TargetTrackingPaperTest {
    private static final String METRIC = "milli.cpu";

    private static int nodes(int wanted, int ready, int warming, int reported, double mean, double target) {
        Wish wish = TargetTracking.of(METRIC, target)
                .tolerance(0.1, 0.1)
                .wish(Histories.one(wanted, ready, warming, METRIC, reported, mean));
        assertEquals(Wish.Kind.NODES, wish.kind(), wish.reason());
        return wish.nodes();
    }

    /** "If the current metric value is 200m, and the desired value is 100m, the number of replicas will be doubled." */
    @Test
    void twiceTheValueIsTwiceTheNodes() {
        assertEquals(10, nodes(5, 5, 0, 5, 200, 100));
    }

    /** "If the current value is instead 50m, you'll halve the number of replicas." */
    @Test
    void halfTheValueIsHalfTheNodes() {
        assertEquals(5, nodes(10, 10, 0, 10, 50, 100));
    }

    /** desiredReplicas = ceil[currentReplicas * (currentMetricValue / desiredMetricValue)] */
    @Test
    void partsOfNodesAreNodes() {
        assertEquals(4, nodes(3, 3, 0, 3, 120, 100));
        assertEquals(3, nodes(5, 5, 0, 5, 50, 100));
    }

    /** "... skips any scaling action if the ratio is sufficiently close to 1.0 (... 0.1 by default)." */
    @Test
    void withinToleranceAllStays() {
        assertEquals(10, nodes(10, 10, 0, 10, 109, 100));
        assertEquals(12, nodes(10, 10, 0, 10, 111, 100));
        assertEquals(10, nodes(10, 10, 0, 10, 91, 100));
        assertEquals(9, nodes(10, 10, 0, 10, 89, 100));
    }

    /** "... assuming those pods were consuming 100% of the desired value in case of a scale down". */
    @Test
    void thoseThatTellNothingBearTheirTargetWhenScalingIn() {
        assertEquals(7, nodes(10, 10, 0, 6, 50, 100), "six at half of the target and four at it");
    }

    /** "... and 0% in case of a scale up. This dampens the magnitude of any potential scale." */
    @Test
    void thoseThatTellNothingBearNothingWhenScalingOut() {
        assertEquals(12, nodes(10, 10, 0, 6, 200, 100), "six at twice the target");
        assertEquals(10, nodes(10, 10, 0, 5, 190, 100), "nine and a half is no more than there are");
    }

    /** "... conservatively assumes that not-yet-ready pods are consuming 0% of the desired metric". */
    @Test
    void thoseOnTheirWayBearNothing() {
        assertEquals(8, nodes(8, 4, 4, 4, 200, 100), "what is missing is on its way");
        assertEquals(12, nodes(8, 4, 4, 4, 300, 100), "what is still missing is wished for");
    }

    /** "... if the new ratio reverses the scale direction, or is within the tolerance, the controller doesn't take any action." */
    @Test
    void aReversedDirectionIsNone() {
        assertEquals(9, nodes(9, 9, 0, 3, 150, 100), "high where told, and with the others low");
        assertEquals(4, nodes(4, 4, 0, 1, 85, 100), "low where told, and with the others within tolerance");
    }

    /** "... the largest desired replica count is chosen". */
    @Test
    void ofSeveralMetricsTheLargestCounts() {
        ScalingView view = Histories.one(4, 4, 0, METRIC, 4, 150);
        ScalingPolicy both = ScalingPolicy.largest(TargetTracking.of(METRIC, 100), TargetTracking.of(METRIC, 50));
        assertEquals(12, both.wish(view).nodes());
    }

    /** "If any of these metrics cannot be converted ... and a scale down is suggested ..., scaling is skipped"; up, it is not. */
    @Test
    void aMetricThatNobodyTellsBlocksScalingInAndNotOut() {
        ScalingPolicy both = ScalingPolicy.largest(TargetTracking.of(METRIC, 100), TargetTracking.of("other", 100));
        assertEquals(8, both.wish(Histories.one(4, 4, 0, METRIC, 4, 200)).nodes());
        assertEquals(
                Wish.Kind.UNKNOWN,
                both.wish(Histories.one(4, 4, 0, METRIC, 4, 20)).kind());
    }
}
