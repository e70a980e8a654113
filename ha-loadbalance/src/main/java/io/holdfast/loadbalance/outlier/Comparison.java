package io.holdfast.loadbalance.outlier;

import io.holdfast.loadbalance.OutlierSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One endpoint's answers held against those of all. */
final class Comparison {
    /** A mean and a deviation of fewer say nothing. */
    private static final int FOR_DEVIATIONS = 5;
    /** With fewer the median is the outlier itself. */
    private static final int FOR_MEDIAN = 3;
    /** Rates that differ by less than this are not worth an endpoint, however small the deviation. */
    private static final double LEAST_FAILURES = 0.05;
    /**
     * Silence is told by so many times the latency that is expected. That is near the longest of the last ten seconds, not a mean: one
     * pause of half a second, counted ten times, would have a stopped endpoint asked for five seconds.
     */
    private static final int SILENT_LATENCIES = 3;

    private final OutlierSettings settings;
    private final int counted;
    private final double leastSuccess;
    private final double medianMean;
    private final double medianExpected;
    private final long leastSilence;

    Comparison(OutlierSettings settings, List<Observation> all) {
        this.settings = settings;
        double[] success = all.stream()
                .filter(each -> each.requests() >= settings.requests())
                .mapToDouble(each -> 1 - each.failureShare())
                .toArray();
        this.counted = success.length;
        double mean = Arrays.stream(success).average().orElse(1);
        double variance = Arrays.stream(success)
                .map(rate -> (rate - mean) * (rate - mean))
                .average()
                .orElse(0);
        this.leastSuccess = mean - settings.deviations() * Math.sqrt(variance);
        double[] means = all.stream()
                .filter(each -> each.window().succeeded() >= settings.requests())
                .mapToDouble(Observation::meanNanos)
                .sorted()
                .toArray();
        this.medianMean = means.length < FOR_MEDIAN ? 0 : means[(means.length - 1) / 2];
        double[] expected = all.stream()
                .mapToDouble(Observation::expectedNanos)
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        this.medianExpected = expected.length == 0 ? 0 : expected[(expected.length - 1) / 2];
        this.leastSilence = all.stream()
                .filter(Observation::available)
                .mapToLong(Observation::silentNanos)
                .min()
                .orElse(0);
    }

    /** What is wrong with that one; null if nothing is. */
    @Nullable
    Finding find(Observation of, boolean probation, boolean windowIsOver, boolean judgeSilence) {
        int inARow = of.failuresInARow();
        if (settings.failuresInARow() > 0 && inARow >= settings.failuresInARow()) {
            return new Finding(Cause.FAILURES_IN_A_ROW, inARow + " failures in a row");
        }
        if (probation && inARow > 0) {
            return new Finding(Cause.FAILED_AGAIN, "it was let in again, and failed");
        }
        if (judgeSilence && isSilent(of)) {
            return new Finding(
                    Cause.SILENCE,
                    "none of its requests has ended for " + millis((double) of.silentNanos()) + ", while others' have");
        }
        return windowIsOver ? findInWindow(of) : null;
    }

    private boolean isSilent(Observation of) {
        // How long failures took, as until a deadline, says nothing of how long an answer may take.
        double expected = of.failuresInARow() > 0 ? medianExpected : Math.max(of.expectedNanos(), medianExpected);
        long limit = settings.silence().toNanos();
        return limit > 0
                && expected > 0
                && of.silentNanos() > Math.max((double) limit, SILENT_LATENCIES * expected)
                && leastSilence < of.silentNanos() / 2;
    }

    private @Nullable Finding findInWindow(Observation of) {
        if (of.requests() < settings.requests()) {
            return null;
        }
        double failed = of.failureShare();
        String share = percent(failed) + " of " + of.requests() + " requests failed";
        if (settings.failurePercent() < 100 && failed * 100 > settings.failurePercent()) {
            return new Finding(Cause.FAILURE_RATE, share);
        }
        if (settings.deviations() > 0
                && counted >= FOR_DEVIATIONS
                && failed >= LEAST_FAILURES
                && 1 - failed < leastSuccess) {
            return new Finding(
                    Cause.SUCCESS_RATE, share + ", and fewer than " + percent(1 - leastSuccess) + " elsewhere");
        }
        double mean = of.meanNanos();
        if (settings.latencyFactor() > 0
                && medianMean > 0
                && mean > settings.latencyFactor() * medianMean
                && mean > settings.latencyFloor().toNanos()) {
            return new Finding(Cause.LATENCY, millis(mean) + " a request, where the median is " + millis(medianMean));
        }
        return null;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    private static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
}
