package io.holdfast.autoscale;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Where a series of figures stands and how fast it rises. It stands at the median of the last minute, or on a line through the medians
 * (Theil and Sen) if it rises, which single wild samples do not bend.
 *
 * <p>Whether it rises is asked over half a minute, one, and two, of what happened before: the differences over as long a time in the
 * whole history tell what is usual, and a rise counts if it is far beyond. A series that is noisy by itself, or that swings
 * to and fro, so has no trend; and one that rises steadily has one.
 *
 * @param level where it stands at its newest sample
 * @param perSecond how fast it rises; 0 if it does not, or falls
 */
record Trend(double level, double perSecond) {
    private static final double[] WINDOWS = {30, 60, 120};
    private static final double LEVEL_WINDOW = 60;
    /** How many times the usual difference a rise has to be: the samples' noise lasts, so that ordinary tests are too easily sure. */
    private static final double SURE = 4;
    /** What a rise is at least, of the level: less is none that anybody has to hurry for. */
    private static final double LEAST_RISE = 0.05;
    /** How many times the distances of its points from its line a rise has to be. */
    private static final double CLEAR = 2;
    /** From the median of distances to a standard deviation, for normal noise. */
    private static final double DEVIATIONS = 1.4826;
    /** The history has to be so many times as long as a window to tell what is usual in it. */
    private static final double TIMES_WINDOW = 3;

    private static final int FEWEST = 4;
    private static final double JITTER = 0.5;

    /** One sample: when, in seconds of any origin, and what. */
    record Point(double second, double value) {}

    /** Of these, oldest first, at least one. */
    static Trend of(List<Point> all) {
        Trend steepest = new Trend(level(since(all, LEVEL_WINDOW), 0), 0);
        for (double window : WINDOWS) {
            List<Point> points = since(all, window + JITTER);
            if (points.size() < FEWEST || span(all) < TIMES_WINDOW * window) {
                continue;
            }
            double slope = slope(points);
            if (slope <= steepest.perSecond || slope * window < LEAST_RISE * steepest.level) {
                continue;
            }
            double level = level(points, slope);
            if (slope * window > Math.max(SURE * usual(all, window), CLEAR * distances(points, level, slope))) {
                steepest = new Trend(Math.max(steepest.level, level), slope);
            }
        }
        return steepest;
    }

    private static double span(List<Point> points) {
        return points.get(points.size() - 1).second - points.get(0).second;
    }

    private static List<Point> since(List<Point> all, double window) {
        double last = all.get(all.size() - 1).second;
        int first = all.size() - 1;
        while (first > 0 && all.get(first - 1).second > last - window) {
            first--;
        }
        return all.subList(first, all.size());
    }

    private static double slope(List<Point> points) {
        int n = points.size();
        double[] slopes = new double[n * (n - 1) / 2];
        int filled = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                Point a = points.get(i);
                Point b = points.get(j);
                slopes[filled++] = (b.value - a.value) / (b.second - a.second);
            }
        }
        return median(slopes);
    }

    private static double level(List<Point> points, double slope) {
        double last = points.get(points.size() - 1).second;
        return median(points.stream()
                .mapToDouble(p -> p.value + slope * (last - p.second))
                .toArray());
    }

    /** How much differences over a window differ. */
    private static double usual(List<Point> all, double window) {
        List<Double> differences = new ArrayList<>();
        int before = 0;
        for (Point point : all) {
            while (all.get(before).second < point.second - window - JITTER) {
                before++;
            }
            if (point.second - all.get(0).second >= window) {
                differences.add(point.value - all.get(before).value);
            }
        }
        double[] values = differences.stream().mapToDouble(d -> d).toArray();
        double middle = median(values);
        return deviation(Arrays.stream(values).map(d -> d - middle));
    }

    /** How far points are from their line: of a wave, far. */
    private static double distances(List<Point> points, double level, double slope) {
        double last = points.get(points.size() - 1).second;
        return deviation(points.stream().mapToDouble(p -> p.value + slope * (last - p.second) - level));
    }

    private static double deviation(DoubleStream distances) {
        return DEVIATIONS * median(distances.map(Math::abs).toArray());
    }

    /** Of at least one; puts them in order. */
    private static double median(double[] values) {
        Arrays.sort(values);
        int n = values.length;
        return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    }
}
