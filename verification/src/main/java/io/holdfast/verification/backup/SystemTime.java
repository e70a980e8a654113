package io.holdfast.verification.backup;

import io.holdfast.core.runtime.Clock;

/** The real clock, for what is backed up outside of a node: moments are told by it. */
public record SystemTime() implements Clock {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
