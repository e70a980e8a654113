package io.holdfast.autoscale;

import java.time.Duration;

/**
 * How fast the number of nodes may change in one direction. Immutable.
 *
 * @param nodes so many in a period; 1 to a million
 * @param percent so many of those there were at its beginning; 0 if only {@code nodes} counts
 * @param period how long one is
 * @param larger true if the larger of both counts, false for the smaller
 */
public record ScalingRate(int nodes, int percent, Duration period, boolean larger) {
    private static final int MOST = 1_000_000;

    /** Checks the ranges. */
    public ScalingRate {
        if (nodes < 1 || nodes > MOST || percent < 0 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException(
                    "a rate is of 1 to a million nodes and at least 0 percent in a period of some length, not of "
                            + nodes + ", " + percent + " and " + period);
        }
    }

    /** So many nodes in a period. */
    public static ScalingRate nodes(int nodes, Duration period) {
        return new ScalingRate(nodes, 0, period, true);
    }

    /** So many nodes or so many percent in a period, whichever is more. */
    public static ScalingRate larger(int nodes, int percent, Duration period) {
        return new ScalingRate(nodes, percent, period, true);
    }

    /** So many nodes or so many percent in a period, whichever is fewer; at least one node. */
    public static ScalingRate smaller(int nodes, int percent, Duration period) {
        return new ScalingRate(nodes, percent, period, false);
    }

    /** How many nodes may come or go in a period at whose beginning there were so many. */
    public int of(int size) {
        if (percent == 0) {
            return nodes;
        }
        int share = (int) Math.min(MOST, Math.ceil(size * (percent / 100.0)));
        return Math.max(1, larger ? Math.max(nodes, share) : Math.min(nodes, share));
    }

    @Override
    public String toString() {
        String of = percent == 0
                ? nodes + " nodes"
                : "the " + (larger ? "larger" : "smaller") + " of " + nodes + " nodes and " + percent + " %";
        return of + " in " + period.toSeconds() + " s";
    }
}
