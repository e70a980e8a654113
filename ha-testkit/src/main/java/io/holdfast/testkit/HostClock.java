package io.holdfast.testkit;

import io.holdfast.core.runtime.Clock;
import java.util.SplittableRandom;

/** A host's clock: monotonic time from an origin of its own, which may run fast or slow, and wall time that may jump. */
final class HostClock implements Clock {
    /** 2026-01-01T00:00Z. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private final Scheduler scheduler;
    private long baseNanos;
    private long changedAtNanos;
    private double rate = 1.0;
    private long wallOffsetNanos;

    HostClock(Scheduler scheduler, SplittableRandom random) {
        this.scheduler = scheduler;
        // Any origin is legal, so each host has another one: who compares the clocks of two nodes is found out.
        this.baseNanos = random.nextLong(1L << 50) - (1L << 49);
        this.changedAtNanos = scheduler.nowNanos();
    }

    @Override
    public long nanoTime() {
        long passed = scheduler.nowNanos() - changedAtNanos;
        return baseNanos + (rate == 1.0 ? passed : (long) (passed * rate));
    }

    @Override
    public long wallMillis() {
        return EPOCH_MILLIS + (scheduler.nowNanos() + wallOffsetNanos) / 1_000_000;
    }

    /** When, in virtual time, this clock will have gone on by {@code nanos}, if its rate stays. */
    long virtualAfter(long nanos) {
        return scheduler.nowNanos() + (rate == 1.0 ? nanos : (long) Math.ceil(nanos / rate));
    }

    void rate(double newRate) {
        baseNanos = nanoTime();
        changedAtNanos = scheduler.nowNanos();
        rate = newRate;
    }

    double rate() {
        return rate;
    }

    void jump(long nanos) {
        wallOffsetNanos += nanos;
    }
}
