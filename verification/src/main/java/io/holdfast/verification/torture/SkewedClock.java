package io.holdfast.verification.torture;

import io.holdfast.core.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that runs fast or slow, and whose wall clock jumps. The monotonic one never goes backwards, whatever it is told.
 * Safe from any thread.
 */
final class SkewedClock implements Clock {
    private record Rate(long realNanos, long ownNanos, double rate) {
        long at(long nowNanos) {
            return ownNanos + (long) ((nowNanos - realNanos) * rate);
        }
    }

    private final Clock real;
    private final AtomicLong latest;
    private volatile Rate current;
    private volatile long wallOffsetMillis;

    SkewedClock(Clock real) {
        this.real = real;
        long now = real.nanoTime();
        this.current = new Rate(now, now, 1);
        this.latest = new AtomicLong(now);
    }

    /** How fast it runs from now on: 1.1 is ten per cent fast. */
    synchronized void rate(double rate) {
        long now = real.nanoTime();
        current = new Rate(now, current.at(now), rate);
    }

    /** Sets the wall clock this far from the right time. */
    void wallOffset(long millis) {
        wallOffsetMillis = millis;
    }

    @Override
    public long nanoTime() {
        long own = current.at(real.nanoTime());
        // A rate that changes meanwhile must not show as a step back; nor does it matter that this origin never wraps.
        return latest.accumulateAndGet(own, Math::max);
    }

    @Override
    public long wallMillis() {
        return real.wallMillis() + wallOffsetMillis;
    }

    /** How long this clock's nanoseconds really take, at the present rate. */
    long toReal(long ownNanos) {
        return (long) Math.ceil(ownNanos / current.rate());
    }
}
