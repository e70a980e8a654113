package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Clock;

/** The JVM's clocks. */
final class SystemClock implements Clock {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
