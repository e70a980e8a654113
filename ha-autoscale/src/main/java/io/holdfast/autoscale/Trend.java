package io.holdfast.autoscale;

import java.util.Arrays;
import java.util.List;

/**
 * Where a series of figures stands and where it goes: a line through the medians (Theil and Sen), which single wild samples do not bend,
 * and the test of Mann and Kendall for whether there is a slope at all.
 *
 * @param level the line at the newest sample
 * @param perSecond its slope; 0 where the samples do not tell one from noise
 * @param noise how far samples lie from the line: the median of the distances
 */
record Trend(double level, double perSecond, double noise) {
    /** How sure the slope has to be, in standard deviations: by chance alone one in a thousand is. */
    private static final double SURE = 3.1;
    /** A slope counts if over the samples it makes more than so many times their noise. */
    private static final double OVER_NOISE = 3;

    private static final int FEWEST = 4;

    /** One sample. */
    record Point(double second, double value) {}

    static double K = Double.parseDouble(System.getProperty("k", "3"));
    static double W = Double.parseDouble(System.getProperty("w", "60"));
    static double FLAT = Double.parseDouble(System.getProperty("flat", "60"));

    /** Through these, oldest first, at least one. */
    static Trend of(List<Point> all) {
        double last = all.get(all.size() - 1).second;
        List<Point> points = all.stream().filter(p -> p.second > last - W).toList();
        List<Point> flat = all.stream().filter(p -> p.second > last - FLAT).toList();
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
        if (n >= FEWEST && last - all.get(0).second > 2 * W) {
            double slope = median(slopes);
            // differences over W in the past
            java.util.ArrayList<Double> d = new java.util.ArrayList<>();
            int j = 0;
            for (int i = 0; i < all.size(); i++) {
                while (j < i && all.get(j).second < all.get(i).second - W) j++;
                if (j > 0 || all.get(i).second - all.get(0).second >= W) d.add(all.get(i).value - all.get(j).value);
            }
            double[] dd = d.stream().mapToDouble(x -> x).toArray();
            double mid = median(dd.clone());
            for (int i = 0; i < dd.length; i++) dd[i] = Math.abs(dd[i] - mid);
            double noise = 1.48 * median(dd);
            if (Math.abs(slope) * W > K * noise) {
                Trend l = line(points, slope, last);
                return new Trend(l.level, slope, noise);
            }
        }
        Trend l = line(flat, 0, last);
        return new Trend(l.level, 0, l.noise);
    }

    private static Trend line(List<Point> points, double slope, double last) {
        double[] levels = new double[points.size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = points.get(i).value + slope * (last - points.get(i).second);
        }
        double level = median(levels.clone());
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Math.abs(levels[i] - level);
        }
        return new Trend(level, slope, median(levels));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int n = values.length;
        return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    }
}
