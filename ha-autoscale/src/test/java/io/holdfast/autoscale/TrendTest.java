package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrendTest {
    private static Trend trend(int seconds, IntToDoubleFunction value) {
        List<Trend.Point> points = new ArrayList<>();
        for (int t = 0; t <= seconds; t += 5) {
            points.add(new Trend.Point(t, value.applyAsDouble(t)));
        }
        return Trend.of(points);
    }

    @Test
    void oneSampleStandsForItself() {
        assertEquals(new Trend(3, 0), trend(0, t -> 3));
    }

    @Test
    void aSteadyRiseHasItsSlope() {
        Trend trend = trend(600, t -> 5 + 0.1 * t);
        assertEquals(65, trend.level(), 1e-6);
        assertEquals(0.1, trend.perSecond(), 1e-6);
    }

    @Test
    void oneWildSampleBendsNothing() {
        Trend trend = trend(600, t -> t == 590 ? 1000 : 5);
        assertEquals(new Trend(5, 0), trend);
    }

    @Test
    void whatSwingsToAndFroHasNoTrend() {
        for (int end = 300; end < 600; end += 5) {
            Trend trend = trend(end, t -> 5 + Math.sin(2 * Math.PI * t / 75));
            assertEquals(0, trend.perSecond(), "at " + end);
        }
    }

    @Test
    void aRiseAfterCalmIsSeenWithinHalfAMinute() {
        Trend trend = trend(330, t -> t < 300 ? 5 + 0.05 * Math.sin(t) : 5 + 0.1 * (t - 300));
        assertTrue(trend.perSecond() > 0.05, trend.toString());
    }

    @Test
    void withoutAHistoryThereIsNoTrend() {
        assertEquals(0, trend(60, t -> 5 + t).perSecond());
    }

    @Test
    void aFallIsNone() {
        Trend trend = trend(600, t -> 100 - 0.1 * t);
        assertEquals(0, trend.perSecond());
        assertEquals(40 + 0.1 * 27.5, trend.level(), 1e-6, "the median of the last minute's twelve");
    }
}
