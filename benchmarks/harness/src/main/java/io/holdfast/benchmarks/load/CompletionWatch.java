package io.holdfast.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How evenly a closed loop is served: the longest time between two operations that succeeded, one right after the other,
 * since it was last asked, and what failed. Safe from any thread.
 */
public final class CompletionWatch {
    /** What is counted beside the problems, by their classes' names. */
    public static final String GAP_MICROS = "gap";

    /** Operations that succeeded. */
    public static final String COUNT = "count";

    private final Map<String, Double> problems = new LinkedHashMap<>();
    private long last;
    private long longest;
    private long count;
    private boolean begun;

    /** Begins anew: the first gap is the one from the latest success on, or from now if there is none. */
    public synchronized void begin(long nowNanos) {
        if (!begun) {
            last = nowNanos;
            begun = true;
        }
        longest = 0;
        count = 0;
        problems.clear();
    }

    synchronized void succeeded(long atNanos) {
        if (begun) {
            longest = Math.max(longest, atNanos - last);
            count++;
        }
        begun = true;
        last = atNanos;
    }

    synchronized void failed(Throwable cause) {
        problems.merge(cause.getClass().getSimpleName(), 1.0, Double::sum);
    }

    /** What there was since the last beginning; a gap that has not ended counts as far as it goes. */
    public synchronized Map<String, Double> figures(long nowNanos) {
        Map<String, Double> figures = new LinkedHashMap<>(problems);
        figures.put(GAP_MICROS, Math.max(longest, begun ? nowNanos - last : 0) / 1e3);
        figures.put(COUNT, (double) count);
        return figures;
    }
}
