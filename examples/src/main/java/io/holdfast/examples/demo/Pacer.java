package io.holdfast.examples.demo;

import java.util.concurrent.locks.LockSupport;

/**
 * Holds a feed to a rate that may change at any time: credit grows with time and each line costs one. Lines leave in
 * small bursts, every few milliseconds, as those of a busy service would. Safe for several threads: they wait one behind the other.
 */
final class Pacer {
    private static final long NAP_NANOS = 4_000_000L;
    private static final double SECOND = 1e9;

    private volatile double perSecond;
    private double credit;
    private long countedNanos = System.nanoTime();

    /** Any thread. 0 for no limit. */
    void limitTo(double linesPerSecond) {
        perSecond = linesPerSecond;
    }

    /** Returns when the next line may leave. */
    synchronized void await() {
        while (true) {
            double rate = perSecond;
            if (rate <= 0) {
                return;
            }
            long now = System.nanoTime();
            double most = 1 + rate * 4 * NAP_NANOS / SECOND;
            credit = Math.min(most, credit + rate * (now - countedNanos) / SECOND);
            countedNanos = now;
            if (credit >= 1) {
                credit--;
                return;
            }
            LockSupport.parkNanos(this, NAP_NANOS);
        }
    }
}
