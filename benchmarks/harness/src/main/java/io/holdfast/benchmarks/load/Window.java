package io.holdfast.benchmarks.load;

import org.HdrHistogram.Histogram;

/** The measured stretch of time; keeps the latencies of what ended within it. For one thread. */
public final class Window {
    private final Histogram nanos = new Histogram(3);
    private final long startNanos;
    private final long endNanos;
    private final double seconds;
    private long errors;

    /** That begins after the plan's warm-up. */
    public Window(long nowNanos, LoadPlan plan) {
        startNanos = nowNanos + (long) (plan.warmSeconds() * 1e9);
        endNanos = startNanos + (long) (plan.seconds() * 1e9);
        seconds = plan.seconds();
    }

    /** Whether the warm-up is over. */
    public boolean hasBegun(long nowNanos) {
        return nowNanos - startNanos >= 0;
    }

    /** Whether nothing more counts. */
    public boolean isOver(long nowNanos) {
        return nowNanos - endNanos >= 0;
    }

    /** So many operations have ended well. */
    public void succeeded(long fromNanos, long atNanos, long count) {
        if (hasBegun(atNanos) && !isOver(atNanos)) {
            nanos.recordValueWithCount(Math.max(0, atNanos - fromNanos), count);
        }
    }

    /** One has not. */
    public void failed() {
        errors++;
    }

    /** What came of it. */
    public LoadResult result() {
        return LoadResult.of(nanos, seconds, errors);
    }
}
