package io.holdfast.testkit;

import io.holdfast.core.runtime.Clock;
import java.time.Duration;

/** A node's clock: virtual time, as wrongly as the test wants it. The monotonic part may run fast or slow, not jump. */
public final class SimulatedClock implements Clock {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Simulation simulation;
    private double rate = 1;
    private long sinceNanos;
    private long atSinceNanos = 1_000_000_000L;
    private long wallOffsetMillis;

    SimulatedClock(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public long nanoTime() {
        return atSinceNanos + (long) ((simulation.nowNanos() - sinceNanos) * rate);
    }

    @Override
    public long wallMillis() {
        return EPOCH_MILLIS + simulation.nowNanos() / 1_000_000 + wallOffsetMillis;
    }

    /** From now on the monotonic clock runs at this rate, 0.5 to 2; 1 is right. */
    public void drift(double newRate) {
        atSinceNanos = nanoTime();
        sinceNanos = simulation.nowNanos();
        rate = newRate;
    }

    /** The wall clock jumps, in either direction. */
    public void jumpWall(Duration by) {
        wallOffsetMillis += by.toMillis();
    }

    /** How much virtual time passes until this clock has gone on by so much. */
    long virtualNanos(long nanos) {
        return (long) Math.ceil(nanos / rate);
    }
}
